import { join } from 'node:path'
import type { DeployWish } from '@atlas/api'
import { openStore, type Store } from '@atlas/store'
import { type OnEnd, openApi } from './api.ts'
import { openClouds } from './clouds.ts'
import { sandboxSsh } from './control/ssh.ts'
import { type Credentials, openCredentials } from './credentials/open.ts'
import { cloudOf, type RunningServer, removeServerFile, writeServerFile } from './data-folder/server-file.ts'
import { apiToken } from './data-folder/token.ts'
import { startDatabase } from './database.ts'
import { openDeploying, repositoriesIn } from './deploys/open.ts'
import { planDeployment } from './deploys/plan.ts'
import { startTurns } from './deploys/turns.ts'
import { startWatchers } from './deploys/watchers.ts'
import { startForgettingTrees } from './deploys/working-trees.ts'
import { type DevSandbox, startDevSandbox } from './dev-sandbox.ts'
import { drainable } from './drain.ts'
import { openEdge } from './edge.ts'
import { isLoopback, reachable } from './listening.ts'
import { type Logger, openLog } from './logging.ts'
import { openSecrets } from './secrets/open.ts'
import type { Environment } from './settings/environment.ts'
import type { Options } from './settings/options.ts'
import { startBudgetWatch, startRetention } from './upkeep.ts'
import { version } from './version.ts'
import { startWorkers } from './workers.ts'

export interface Server {
  file: RunningServer
  /** Resolves with the reason when it cannot go on. */
  failed: Promise<Error>
  /** In good order, the reverse of the start. Running operations are handed back to the journal. */
  close(): Promise<void>
}

/**
 * Starts everything on a data folder that the caller holds:
 * log → PostgreSQL and sandbox, side by side → store → workers → API → server.json.
 * Whatever was started is stopped again when a later part fails.
 */
export async function serve(options: Options, environment: Environment): Promise<Server> {
  const { dataDir, host, port, dev } = options
  const token = environment.ATLAS_TOKEN ?? apiToken(dataDir)
  const secrets = new Set([token])
  const log = openLog(dataDir, environment.LOG_LEVEL, secrets)
  await using started = new AsyncDisposableStack()
  const onEnd: OnEnd = (part, stop) => started.defer(() => timed(log, part, stop))
  await beginTraces(environment, log, onEnd)

  const [database, sandbox] = await sideBySide(
    startEnding(startDatabase(dataDir, environment), 'database', onEnd),
    wantsSandbox(options, environment) &&
      startEnding(startDevSandbox({ dataDir: join(dataDir, 'sandbox'), environment, log }), 'sandbox', onEnd),
  )
  for (const secret of secretsOf(database.url, environment, sandbox)) secrets.add(secret)

  const onTrouble = (err: unknown) => log.warn({ err }, 'the database is in trouble')
  const store = await openStore(database.url, { onTrouble })
  onEnd('store', store.close)
  onEnd('audit', () => noteAuditHead(store, log))
  const edge = openEdge({ store, environment, onTrouble })
  onEnd('edge', edge.close)
  const clouds = openClouds({ store, environment, sandbox, dev, watch: edge.watch })
  const credentials = await openCredentials({ store, clouds, environment, dataDir, secrets, log })
  const { connections, served, sealer } = credentials
  const wish = { count: options.workers, patrolMinutes: environment.ATLAS_PATROL_MINUTES }
  const ssh = sandbox ? sandboxSsh(sandbox) : undefined
  const serviceSecrets = openSecrets({ store, credentials, environment, env: process.env, key: token })
  const deploying = openDeploying({ store, credentials, dataDir, ssh, secrets: serviceSecrets, env: process.env })
  onEnd('connections to machines', deploying.close)
  const { performer } = deploying
  const workers = await startWorkers({ store, connections, served, performer, log }, wish)
  onEnd('workers', workers.stop)
  const plan = (workspace: string, wish: DeployWish) => planDeployment({ store, ...deploying }, workspace, wish)
  onEnd('deploys in turn', startTurns({ store, plan, log }).stop)

  if (options.workers > 0) onEnd('watchers', startWatchers({ store, sealer, log, ...deploying }).stop)

  const retention = startRetention(store, environment.ATLAS_EVENT_DAYS, log)
  onEnd('retention', retention.stop)
  onEnd('working trees', startForgettingTrees({ store, folder: repositoriesIn(dataDir) }, log).stop)
  onEnd('budgets', startBudgetWatch(store, log).stop)
  const { explain } = database
  const mail = await openMail(store, credentials, environment, log, onEnd)
  const parts = { mail, store, edge, credentials, deploying, environment, token, dataDir, ssh, log, onTrouble, explain }
  const { api } = openApi(parts, onEnd)
  const drain = drainable(api.server)
  onEnd('api', () => {
    const closed = api.close()
    drain()
    return closed
  })
  const url = reachable(await api.listen({ host, port }))
  if (!isLoopback(host))
    log.warn({ host }, 'this server speaks plain HTTP to other computers: TLS is for a proxy before it')

  const file = describe({ url, token, dataDir, cloud: cloudOf(environment, dev), sandbox })
  onEnd('server.json', () => removeServerFile(dataDir))
  writeServerFile(dataDir, file)
  onEnd('draining', edge.drain)
  await noteAuditHead(store, log)
  log.info({ url, cloud: file.cloud.endpoint, sandbox: sandbox?.url, workers: options.workers }, 'ready')
  return { file, failed: database.failed, close: closing(started.move(), log) }
}

/** Where nothing is configured, nothing of it is loaded. @throws AtlasError `config_invalid` */
async function openMail(
  store: Store,
  { sealer }: Credentials,
  { ATLAS_EMAIL_CONFIG: file, ATLAS_SMTP_PASSWORD: password }: Environment,
  log: Logger,
  onEnd: OnEnd,
) {
  if (file === undefined) return undefined
  const [{ readEmailConfig }, { startNotifying }] = await Promise.all([
    import('./notify/config.ts'),
    import('./notify/start.ts'),
  ])
  const { send, stop } = await startNotifying({ store, sealer, config: readEmailConfig(file), password, log })
  onEnd('mail', stop)
  return send
}

/** First of all, and ended last, so that the last spans go out. What is not asked for is not loaded. */
async function beginTraces({ traces }: Environment, log: Logger, onEnd: OnEnd): Promise<void> {
  if (!traces) return
  const { startTraces } = await import('./observe/traces.ts')
  onEnd('traces', startTraces(traces, log).stop)
}

/** Outside the database, so that a chain that was cut off or made anew in there can be told. */
async function noteAuditHead({ audit }: Pick<Store, 'audit'>, log: Logger): Promise<void> {
  await audit.head().then(
    (head) => log.info(head, 'the audit ends here'),
    (err: unknown) => log.warn({ err }, 'where the audit ends is not known'),
  )
}

const wantsSandbox = ({ dev }: Options, { credential }: Environment) => dev && credential === undefined

/** Both at once; when one fails, the other is waited for, so that it is known what must be stopped. */
async function sideBySide<A, B>(one: Promise<A>, other: Promise<B> | false): Promise<[A, B | undefined]> {
  await Promise.allSettled([one, other])
  return Promise.all([one, other || undefined])
}

async function startEnding<T extends { stop(): Promise<void> }>(
  starting: Promise<T>,
  part: string,
  onEnd: OnEnd,
): Promise<T> {
  const started = await starting
  onEnd(part, () => started.stop())
  return started
}

async function timed(log: Logger, part: string, stop: () => unknown): Promise<void> {
  const began = performance.now()
  await stop()
  log.debug({ part, ms: Math.round(performance.now() - began) }, 'stopped')
}

function secretsOf(
  databaseUrl: string,
  { credential, traces }: Environment,
  sandbox: DevSandbox | undefined,
): string[] {
  const password = decodeURIComponent(new URL(databaseUrl).password)
  return [password, credential?.token, sandbox?.token, ...(traces?.secrets ?? [])].filter(
    (secret) => secret !== undefined && secret !== '',
  ) as string[]
}

interface About {
  url: string
  token: string
  dataDir: string
  cloud: RunningServer['cloud']
  sandbox: DevSandbox | undefined
}

const describe = ({ url, token, dataDir, cloud, sandbox }: About): RunningServer => ({
  url,
  token,
  pid: process.pid,
  version,
  data_dir: dataDir,
  started: new Date().toISOString(),
  cloud,
  ...(sandbox && { sandbox: { url: sandbox.url, token: sandbox.token, pid: sandbox.pid } }),
})

function closing(started: AsyncDisposableStack, log: Logger): () => Promise<void> {
  return async () => {
    log.info('ending')
    await started.disposeAsync()
    log.info('ended')
  }
}
