import type { AccessTables } from './access/tables.ts'
import type { AuditTables } from './audit/tables.ts'
import type { CostsTables } from './costs/tables.ts'
import type { CredentialsTables } from './credentials/tables.ts'
import type { DeployKeyTables } from './deploy-keys/tables.ts'
import type { DeploysTables } from './deploys/tables.ts'
import type { EventsTables } from './events/tables.ts'
import type { InfrastructureTables } from './infrastructure/tables.ts'
import type { OperationsTables } from './operations/tables.ts'
import type { PlansTables } from './plans/tables.ts'
import type { SecretsTables } from './secrets/tables.ts'
import type { WebhooksTables } from './webhooks/tables.ts'

/** All tables, each told where it belongs. */
export interface Database
  extends AccessTables,
    AuditTables,
    CostsTables,
    CredentialsTables,
    DeployKeyTables,
    DeploysTables,
    EventsTables,
    InfrastructureTables,
    OperationsTables,
    PlansTables,
    SecretsTables,
    WebhooksTables {}
