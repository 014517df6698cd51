import type { Migration } from 'kysely/migration'
import * as journal from './001-journal.ts'
import * as rateBucket from './002-rate-bucket.ts'
import * as access from './003-access.ts'
import * as credentials from './004-credentials.ts'
import * as audit from './005-audit.ts'
import * as webhooks from './006-webhooks.ts'
import * as cost from './007-cost.ts'
import * as surface from './008-surface.ts'
import * as adopt from './009-adopt.ts'
import * as requests from './010-requests.ts'
import * as origin from './011-origin.ts'
import * as approvals from './012-approvals.ts'
import * as planText from './013-plan-text.ts'
import * as webhookSecrets from './014-webhook-secrets.ts'
import * as budgetStanding from './015-budget-standing.ts'
import * as deploys from './016-deploys.ts'
import * as running from './017-running.ts'
import * as placed from './018-placed.ts'
import * as images from './019-images.ts'
import * as secrets from './020-secrets.ts'
import * as waiting from './021-waiting.ts'
import * as ejectedTarget from './022-ejected-target.ts'
import * as certificate from './023-certificate.ts'
import * as workingTree from './024-working-tree.ts'
import * as watch from './025-watch.ts'
import * as deployKey from './026-deploy-key.ts'
import * as secretBefore from './027-secret-before.ts'

/** In this order, each once. A migration that was released never changes: the next one does. */
export const migrations: Record<string, Migration> = {
  '001-journal': journal,
  '002-rate-bucket': rateBucket,
  '003-access': access,
  '004-credentials': credentials,
  '005-audit': audit,
  '006-webhooks': webhooks,
  '007-cost': cost,
  '008-surface': surface,
  '009-adopt': adopt,
  '010-requests': requests,
  '011-origin': origin,
  '012-approvals': approvals,
  '013-plan-text': planText,
  '014-webhook-secrets': webhookSecrets,
  '015-budget-standing': budgetStanding,
  '016-deploys': deploys,
  '017-running': running,
  '018-placed': placed,
  '019-images': images,
  '020-secrets': secrets,
  '021-waiting': waiting,
  '022-ejected-target': ejectedTarget,
  '023-certificate': certificate,
  '024-working-tree': workingTree,
  '025-watch': watch,
  '026-deploy-key': deployKey,
  '027-secret-before': secretBefore,
}
