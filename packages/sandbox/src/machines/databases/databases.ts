import { randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type RunningPostgres, startPostgres } from '@atlas/postgres'
import { Disks, writeWhole } from '../disks.ts'
import { MachineError } from '../errors.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import { run } from '../run.ts'
import { type Contents, fill, folderOf, superuser } from './roles.ts'

/** One managed PostgreSQL cluster as it shall be. */
export interface DatabaseSpec extends Contents {
  id: string
  /** 127.77.x.y on this computer; no other cluster's. */
  address: string
  /** Default 25060, as DigitalOcean has it. */
  port?: number
  /** What a new cluster starts with; later it is not looked at. */
  from?: { cluster: string } | { backup: string }
}

/**
 * Managed `pg` databases: real PostgreSQL servers, one per cluster, each with files, users and databases of its own. The
 * API keeps the records; this makes the servers agree with them. Every call may be repeated; sizes and nodes have no effect.
 */
export interface Databases {
  /** Makes the cluster unless it is there, starts it unless it runs, and makes users, passwords and databases as told. */
  ensure(spec: DatabaseSpec): Promise<{ host: string; port: number }>
  /** Power off; `ensure` starts it again. */
  stop(id: string): Promise<void>
  destroy(id: string): Promise<void>
  /** Copies the files; for that the cluster is stopped for a moment (0.1 s and more, by its size). Gives bytes. */
  backup(id: string, backupId: string): Promise<{ bytes: number }>
  deleteBackup(backupId: string): Promise<void>
  /** Stops all of them; the files stay. After a restart call `ensure` for each. */
  close(): Promise<void>
}

/** Kept beside a cluster, and beside every copy of its files. */
interface Secret {
  password: string
  files: string
  /** What the cluster was told to have last, without passwords. */
  filled?: Contents
}

interface Running {
  postgres: RunningPostgres
  secret: Secret
}

export function openDatabases({ dataDir }: { dataDir: string }): Databases {
  const running = new Map<string, Running>()
  const inTurn = oneAtATime()
  const disks = new Disks(dataDir)
  const folder = (id: string) => join(dataDir, 'clusters', id)
  const backupFolder = (id: string) => join(dataDir, 'backups', id)

  async function start({ id, address, port = 25_060 }: DatabaseSpec, password: string): Promise<Running> {
    const login = { user: superuser, password, database: superuser }
    const dataDir = join(folder(id), 'postgres')
    const postgres = await startPostgres({ dataDir, host: address, port, ...login, settings: roomier })
    const secret = { password, files: await folderOf({ host: address, port, ...login }) }
    const entry = { postgres, secret }
    running.set(id, entry)
    postgres.ended.then(() => running.get(id) === entry && running.delete(id))
    return entry
  }

  async function stop(id: string): Promise<Secret | undefined> {
    const entry = running.get(id)
    running.delete(id)
    await entry?.postgres.stop()
    return entry?.secret ?? readSecret(folder(id))
  }

  /** Its secret is written last: without one, a folder is what a broken off creation has left. */
  async function make(spec: DatabaseSpec): Promise<Running> {
    await disks.erase(folder(spec.id))
    await mkdir(folder(spec.id), { recursive: true })
    try {
      const entry = await begin(spec)
      await writeSecret(folder(spec.id), entry.secret)
      return entry
    } catch (error) {
      await stop(spec.id)
      throw error
    }
  }

  async function begin(spec: DatabaseSpec): Promise<Running> {
    const { from } = spec
    if (!from) return start(spec, randomBytes(24).toString('base64url'))
    return 'backup' in from
      ? copyInto(spec, await readSecret(backupFolder(from.backup)), from.backup)
      : standingStill(from.cluster, (secret) => copyInto(spec, secret, from.cluster))
  }

  async function copyInto(spec: DatabaseSpec, source: Secret | undefined, name: string): Promise<Running> {
    if (!source) throw new MachineError('missing', `There is no cluster or backup ${name} to start ${spec.id} from.`)
    const { secret } = await start(spec, source.password)
    await stop(spec.id)
    await copyFiles(source.files, secret.files)
    return start(spec, source.password)
  }

  async function standingStill<T>(id: string, work: (secret: Secret | undefined) => Promise<T>): Promise<T> {
    return inTurn(id, async () => {
      const { postgres } = running.get(id) ?? {}
      const secret = await stop(id)
      try {
        return await work(secret)
      } finally {
        if (postgres && secret)
          await start({ id, address: postgres.host, port: postgres.port, users: [], names: [] }, secret.password)
      }
    })
  }

  return {
    ensure: (spec) =>
      inTurn(spec.id, async () => {
        const secret = await readSecret(folder(spec.id))
        const { postgres, secret: known } =
          running.get(spec.id) ?? (secret ? await start(spec, secret.password) : await make(spec))
        const { host, port } = postgres
        const before = (await readSecret(folder(spec.id)))?.filled ?? { users: [], names: [] }
        await fill({ host, port, user: superuser, password: known.password }, spec, before)
        const users = spec.users.map(({ name }) => ({ name, password: '' }))
        await writeSecret(folder(spec.id), { ...known, filled: { users, names: spec.names } })
        return { host, port }
      }),
    stop: (id) => inTurn(id, async () => void (await stop(id))),
    destroy: (id) =>
      inTurn(id, async () => {
        const secret = await stop(id)
        if (secret) await disks.erase(secret.files)
        await disks.erase(folder(id))
      }),
    backup: (id, backupId) =>
      standingStill(id, async (secret) => {
        if (!secret) throw new MachineError('missing', `There is no cluster ${id}.`)
        const to = backupFolder(backupId)
        await mkdir(to, { recursive: true })
        const files = join(to, 'files')
        await copyFiles(secret.files, files)
        await writeSecret(to, { password: secret.password, files })
        return { bytes: Number((await run(['du', '-sk', files])).split(/\s/)[0]) * 1024 }
      }),
    deleteBackup: (backupId) => disks.erase(backupFolder(backupId)),
    async close() {
      await Promise.all([...running.keys()].map((id) => inTurn(id, () => stop(id))))
    },
  }
}

/** Over the modest ones of @atlas/postgres: applications come with pools. */
const roomier = { max_connections: 100 }

/** Whoever runs PostgreSQL owns the files: `cp -a` keeps that, where we are root. */
async function copyFiles(from: string, to: string): Promise<void> {
  await run(['rm', '-rf', to])
  await run(['cp', '-a', from, to])
}

const writeSecret = (folder: string, secret: Secret): Promise<void> =>
  writeWhole(join(folder, 'cluster.json'), JSON.stringify(secret))

async function readSecret(folder: string): Promise<Secret | undefined> {
  const text = await readFile(join(folder, 'cluster.json'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as Secret)
}
