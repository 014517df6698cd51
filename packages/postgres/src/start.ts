import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Account, accountFor, closedTo } from './account.ts'
import { type Binaries, findBinaries, sharedCopy } from './binaries.ts'
import { ensureDatabase, urlOf } from './database.ts'
import { clustersOf, sweepGone, tieToHome } from './elsewhere.ts'
import { PostgresError } from './error.ts'
import { explain } from './explain.ts'
import { type Hold, holdFolder } from './hold.ts'
import { ensureCluster } from './initdb.ts'
import { keep } from './keep.ts'
import { endEarlier } from './orphan.ts'
import { freePort } from './port.ts'
import { type Postmaster, type PostmasterOptions, startPostmaster } from './postmaster.ts'
import { type ClusterRecord, readRecord, writeRecord } from './record.ts'
import { modest, type Settings } from './settings.ts'

export interface StartOptions {
  /** Made if missing. Holds the cluster and its password, or says where the cluster stands. */
  dataDir: string
  /** `free`, the default, takes one that is free. */
  port?: number | 'free'
  /** Address to listen on; default 127.0.0.1. */
  host?: string
  /** Superuser made with the cluster; default `atlas`. */
  user?: string
  /** Made if missing; default `atlas`. */
  database?: string
  /** Of that superuser. Default: random, kept in the data folder for as long as it lives. */
  password?: string
  /** Over the modest ones of settings.ts. */
  settings?: Settings
  /** Who may connect, with the password, at creation of the cluster; default every loopback address. */
  allowFrom?: readonly string[]
  /** Where clusters and programs go that the account running PostgreSQL cannot reach; default /var/lib/atlas. */
  sharedDir?: string
}

export interface RunningPostgres {
  /** With the password in it: never log it. */
  url: string
  host: string
  port: number
  /** Of the server process; another one after it was started again. */
  readonly pid: number
  /** The last 16 kB of PostgreSQL's log. */
  log(): string
  /** Fast shutdown; every commit is kept. Safe to call again. */
  stop(): Promise<void>
  /** Why it does not run just now, where that is waited for: a full disk. It starts when there is space again. */
  readonly trouble: PostgresError | undefined
  /** Resolves after `stop`, or with the error when PostgreSQL ended and could not be started again. */
  ended: Promise<PostgresError | undefined>
}

/**
 * Starts the embedded PostgreSQL on a data folder, in this order: hold the folder → settle account, place and password →
 * make the cluster (first time) → end what a killed predecessor left → start → make the database. While it runs it is
 * started again if it dies; if this process dies, it ends.
 *
 * Signals are the caller's business: nothing is hooked here; call `stop()`.
 *
 * @throws PostgresError; its `hint` says what to do
 */
export async function startPostgres(options: StartOptions): Promise<RunningPostgres> {
  const dataDir = resolve(options.dataDir)
  const holds: Hold[] = []
  const release = () => {
    for (const hold of holds.splice(0)) hold.release()
  }
  try {
    // 0711: the account that runs PostgreSQL passes through to the cluster, which is its own (0700).
    mkdirSync(dataDir, { recursive: true, mode: 0o711 })
    holds.push(holdFolder(dataDir))
    const prepared = await prepare(dataDir, options, holds)
    return await run(prepared, options, release)
  } catch (error) {
    release()
    throw error instanceof PostgresError || !(error as NodeJS.ErrnoException).syscall
      ? error
      : explain(dataDir, String(error), error)
  }
}

interface Prepared {
  record: ClusterRecord
  cluster: string
  binaries: Binaries
  account: Account | undefined
}

async function prepare(dataDir: string, options: StartOptions, holds: Hold[]): Promise<Prepared> {
  const sharedDir = options.sharedDir ?? '/var/lib/atlas'
  const record = readRecord(dataDir) ?? newRecord(dataDir, sharedDir, options)
  const cluster = resolve(dataDir, record.cluster)
  const place = dirname(cluster)
  if (place !== dataDir) {
    await sweepGone(sharedDir)
    tieToHome(place, dataDir, record)
    holds.push(holdFolder(place))
  }
  const account = accountFor(dataDir, statSync(cluster, { throwIfNoEntry: false }))
  refuseIfClosed(account, place)
  const binaries = programsFor(account, sharedDir)
  const { user, password } = { ...record, ...(options.password && { password: options.password }) }
  const allowFrom = options.allowFrom ?? ['127.0.0.0/8', '::1/128']
  await ensureCluster({ cluster, binaries, account, user, password, allowFrom })
  refuseOtherVersion(cluster, binaries)
  await endEarlier(cluster)
  return { record: { ...record, password }, cluster, binaries, account }
}

function newRecord(dataDir: string, sharedDir: string, { user = 'atlas', password }: StartOptions): ClusterRecord {
  const account = accountFor(dataDir, undefined)
  const elsewhere = account !== undefined && closedTo(account, dataDir) !== undefined
  const clusterOf = (id: string) => (elsewhere ? join(clustersOf(sharedDir), id, 'cluster') : 'cluster')
  return writeRecord(dataDir, { user, password, clusterOf })
}

function programsFor(account: Account | undefined, sharedDir: string): Binaries {
  const binaries = findBinaries()
  const open = account === undefined || closedTo(account, join(binaries.root, 'lib')) === undefined
  return open ? binaries : sharedCopy(binaries, sharedDir)
}

function refuseIfClosed(account: Account | undefined, place: string): void {
  const closed = account && closedTo(account, place)
  if (!closed) return
  throw new PostgresError(
    'folder_unreachable',
    `PostgreSQL runs as uid ${account.uid}, which cannot enter ${closed}.`,
    {
      hint: `chmod o+x ${closed}`,
    },
  )
}

function refuseOtherVersion(cluster: string, { version }: Binaries): void {
  const made = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim()
  const major = version.split('.')[0]
  if (made === major) return
  throw new PostgresError('version_mismatch', `${cluster} was made by PostgreSQL ${made}; installed is ${version}.`, {
    hint: `Start it with the version that made it, or move its data over with pg_upgrade or pg_dump of ${major}.`,
  })
}

async function run(prepared: Prepared, options: StartOptions, release: () => void): Promise<RunningPostgres> {
  const { record } = prepared
  const host = options.host ?? '127.0.0.1'
  let log = ''
  const common: Omit<PostmasterOptions, 'port'> = {
    ...prepared,
    host,
    settings: { ...modest, ...options.settings },
    onLog: (text) => {
      log = (log + text).slice(-16_384)
    },
  }
  const { postmaster, port } = await startAtPort(common, options.port ?? 'free')
  const login = { host, port, user: record.user, password: record.password, database: options.database ?? 'atlas' }
  try {
    await ensureDatabase(login)
  } catch (error) {
    await postmaster.stop()
    throw error
  }
  const kept = keep(postmaster, { ...common, port })
  return {
    url: urlOf(login),
    host,
    port,
    get pid() {
      return kept.pid
    },
    log: () => log,
    stop: kept.stop,
    get trouble() {
      return kept.trouble
    },
    ended: kept.ended.finally(release),
  }
}

/** A port found free may be taken a moment later: look again, a few times. */
async function startAtPort(
  common: Omit<PostmasterOptions, 'port'>,
  wanted: number | 'free',
  attempts = 5,
): Promise<{ postmaster: Postmaster; port: number }> {
  const port = wanted === 'free' ? await freePort(common.host) : wanted
  try {
    return { postmaster: await startPostmaster({ ...common, port }), port }
  } catch (error) {
    const taken = error instanceof PostgresError && error.code === 'port_in_use' && wanted === 'free'
    if (!taken || attempts === 1) throw error
    return startAtPort(common, wanted, attempts - 1)
  }
}
