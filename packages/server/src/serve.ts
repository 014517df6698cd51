import { join } from 'node:path'
import { createApi } from '@atlas/api'
import { openStore } from '@atlas/store'
import { openClouds } from './clouds.ts'
import { createControl } from './control/control.ts'
import { sandboxSsh } from './control/ssh.ts'
import { startDatabase } from './database.ts'
import { type DevSandbox, startDevSandbox } from './dev-sandbox.ts'
import type { Environment } from './environment.ts'
import { type Logger, openLog } from './logging.ts'
import type { Options } from './options.ts'
import { cloudOf, type RunningServer, removeServerFile, writeServerFile } from './server-file.ts'
import { apiToken } from './token.ts'
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
  const { dataDir, port, dev } = options
  const token = environment.ATLAS_TOKEN ?? apiToken(dataDir)
  const secrets = new Set([token])
  const log = openLog(dataDir, environment.LOG_LEVEL, secrets)
  await using started = new AsyncDisposableStack()

  const [database, sandbox] = await sideBySide(
    startDatabase(dataDir, environment).then((one) => stopping(started, one)),
    wantsSandbox(options, environment)
      ? startDevSandbox({ dataDir: join(dataDir, 'sandbox'), environment, log }).then((one) => stopping(started, one))
      : undefined,
  )
  for (const secret of secretsOf(database.url, environment, sandbox)) secrets.add(secret)

  const store = await openStore(database.url, { onTrouble: (err) => log.warn({ err }, 'the database is in trouble') })
  started.defer(() => store.close())
  const clouds = openClouds({ store, environment, sandbox, dev })
  stopping(
    started,
    await startWorkers(
      { store, clouds, log },
      { count: options.workers, patrolMinutes: environment.ATLAS_PATROL_MINUTES },
    ),
  )

  const ssh = sandbox ? sandboxSsh(sandbox) : undefined
  const api = createApi({ control: createControl({ store, clouds, dataDir, ssh }), token, logger: log })
  started.defer(() => api.close())
  const url = await api.listen({ host: '127.0.0.1', port })

  const file = describe({ url, token, dataDir, cloud: cloudOf(environment, dev), sandbox })
  started.defer(() => removeServerFile(dataDir))
  writeServerFile(dataDir, file)
  log.info({ url, cloud: file.cloud.endpoint, sandbox: sandbox?.url, workers: options.workers }, 'ready')
  return { file, failed: database.failed, close: closing(started.move(), log) }
}

const wantsSandbox = ({ dev }: Options, { credential }: Environment) => dev && credential === undefined

/** Both at once; when one fails, the other is waited for, so that it is known what must be stopped. */
async function sideBySide<A, B>(one: Promise<A>, other: Promise<B> | undefined): Promise<[A, B | undefined]> {
  await Promise.allSettled([one, other])
  return Promise.all([one, other])
}

function stopping<T extends { stop(): Promise<void> }>(stack: AsyncDisposableStack, one: T): T {
  stack.defer(() => one.stop())
  return one
}

function secretsOf(databaseUrl: string, { credential }: Environment, sandbox: DevSandbox | undefined): string[] {
  const password = decodeURIComponent(new URL(databaseUrl).password)
  return [password, credential?.token, sandbox?.token].filter(
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
