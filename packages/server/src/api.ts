import { createApi } from '@atlas/api'
import type { Store } from '@atlas/store'
import { type Access, openAccess } from './access/authenticate.ts'
import { createControl } from './control/control.ts'
import type { SshDirectory } from './control/ssh.ts'
import type { Credentials } from './credentials/open.ts'
import type { Deploying } from './deploys/open.ts'
import type { Edge } from './edge.ts'
import type { Logger } from './logging.ts'
import { answerMcp } from './mcp.ts'
import type { Environment } from './settings/environment.ts'
import { version } from './version.ts'
import type { Send } from './webhooks/send.ts'
import { startWebhooks } from './webhooks/start.ts'

/** Has a part ended when the server ends, the last that was started first. */
export type OnEnd = (part: string, stop: () => unknown) => void

export interface ApiParts {
  store: Store
  edge: Edge
  credentials: Credentials
  deploying: Pick<Deploying, 'sources' | 'secrets' | 'machines' | 'clusters'>
  environment: Environment
  /** The server's own. */
  token: string
  dataDir: string
  ssh: SshDirectory | undefined
  /** Where mail is configured. */
  mail: Send | undefined
  log: Logger
  onTrouble(error: unknown): void
  /** What is known of an error that whoever threw it did not know. */
  explain?: (error: unknown) => unknown
}

/** The API over all that it answers from, not listening yet. Webhooks are told of events from here on. */
export function openApi(parts: ApiParts, onEnd: OnEnd): { api: ReturnType<typeof createApi>; access: Access } {
  const { store, edge, credentials, deploying, environment, token, dataDir, ssh, log, onTrouble, explain, mail } = parts
  const { connections, sealer } = credentials
  const access = openAccess({ store, token, issuer: environment.issuer, onTrouble })
  onEnd('access', access.close)
  const policy = { loopback: environment.ATLAS_WEBHOOK_LOOPBACK }
  const webhooks = startWebhooks({ store, sealer, policy, mail, version, log })
  onEnd('webhooks', webhooks.stop)
  const { forget } = access
  const { sources, secrets, machines, clusters } = deploying
  const { isDraining } = edge
  const basics = {
    store,
    connections,
    credentials,
    sealer,
    sources,
    secrets,
    machines,
    clusters,
    dataDir,
    ssh,
    forget,
    isDraining,
  }
  const api = createApi({
    control: createControl({ ...basics, ...webhooks }),
    mcp: answerMcp,
    authenticate: access.authenticate,
    version,
    logger: log,
    ...(explain && { explain }),
    ...edge.rules,
  })
  return { api, access }
}
