import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MachineError } from './errors.ts'
import { run } from './run.ts'

/** A machine's disk: what it sees as `/`, and what it has changed of /usr where the backend can keep that apart. */
export interface Disk {
  readonly folder: string
  readonly root: string
  readonly usr: string
}

export interface Volume {
  id: string
  name: string
  sizeGb: number
  data: string
}

/**
 * Disks, snapshots and volumes as folders. `elevate` is put before cp, rm and du, so that files which a machine has made
 * unreadable for its owner are copied and erased all the same (`unshare -Ur` for an ordinary user, nothing for root).
 */
export class Disks {
  readonly #dataDir: string
  readonly #elevate: readonly string[]

  constructor(dataDir: string, elevate: readonly string[] = []) {
    this.#dataDir = dataDir
    this.#elevate = elevate
  }

  machineFolder = (id: number): string => join(this.#dataDir, 'machines', String(id))
  disk = (id: number): Disk => diskIn(join(this.machineFolder(id), 'disk'))
  snapshotFolder = (snapshotId: string): string => join(this.#dataDir, 'snapshots', safe(snapshotId))
  volumeFolder = (volumeId: string): string => join(this.#dataDir, 'volumes', safe(volumeId))

  /** An empty disk with a machine's usual folders. */
  async fresh(id: number): Promise<Disk> {
    const { folder } = this.disk(id)
    await this.erase(folder)
    const disk = diskIn(folder)
    for (const path of ordinaryFolders) await mkdir(join(disk.root, path), { recursive: true })
    await mkdir(join(disk.root, 'root'), { mode: 0o700 })
    for (const path of ['tmp', 'var/tmp']) await chmod(join(disk.root, path), 0o1777)
    await mkdir(disk.usr)
    return disk
  }

  async fromSnapshot(id: number, snapshotId: string): Promise<Disk> {
    const from = join(this.snapshotFolder(snapshotId), 'disk')
    if (!existsSync(from)) throw new MachineError('missing', `Snapshot ${snapshotId} has no folder at ${from}.`)
    await this.#copy(from, this.disk(id).folder)
    return this.disk(id)
  }

  async snapshot(id: number, snapshotId: string): Promise<{ bytes: number }> {
    return this.#keep(this.disk(id).folder, snapshotId, 'disk')
  }

  async snapshotVolume(volumeId: string, snapshotId: string): Promise<{ bytes: number }> {
    return this.#keep((await this.volume(volumeId)).data, snapshotId, 'data')
  }

  deleteSnapshot = (snapshotId: string): Promise<void> => this.erase(this.snapshotFolder(snapshotId))

  async createVolume(volume: { id: string; name: string; sizeGb: number; fromSnapshot?: string }): Promise<void> {
    const folder = this.volumeFolder(volume.id)
    const data = join(folder, 'data')
    await mkdir(folder, { recursive: true })
    if (!existsSync(data)) {
      if (volume.fromSnapshot) await this.#copy(join(this.snapshotFolder(volume.fromSnapshot), 'data'), data)
      else await mkdir(data)
    }
    const { id, name, sizeGb } = volume
    await writeWhole(join(folder, 'volume.json'), JSON.stringify({ id, name, sizeGb }))
  }

  async volume(volumeId: string): Promise<Volume> {
    const folder = this.volumeFolder(volumeId)
    const text = await readFile(join(folder, 'volume.json'), 'utf8').catch((cause) => {
      throw new MachineError('missing', `Volume ${volumeId} has no folder at ${folder}.`, cause)
    })
    return { ...(JSON.parse(text) as Omit<Volume, 'data'>), data: join(folder, 'data') }
  }

  /** Removes a folder whatever its permissions; nothing there is fine. Rename first: half an erased disk is never taken for one. */
  async erase(folder: string): Promise<void> {
    if (!existsSync(folder)) return
    const gone = `${folder}.erased`
    if (existsSync(gone)) await run([...this.#elevate, 'rm', '-rf', gone])
    await rename(folder, gone)
    await run([...this.#elevate, 'rm', '-rf', gone])
  }

  async #keep(from: string, snapshotId: string, as: 'disk' | 'data'): Promise<{ bytes: number }> {
    const folder = this.snapshotFolder(snapshotId)
    const to = join(folder, as)
    if (!existsSync(to)) {
      await mkdir(folder, { recursive: true })
      await this.#copy(from, to)
    }
    return { bytes: await this.#size(to) }
  }

  /** Whole or not at all: the copy gets its name when it is complete. Shares blocks where the file system can. */
  async #copy(from: string, to: string): Promise<void> {
    const partial = `${to}.partial`
    await mkdir(dirname(to), { recursive: true })
    if (existsSync(partial)) await run([...this.#elevate, 'rm', '-rf', partial])
    const how = process.platform === 'linux' ? ['-a', '--reflink=auto'] : ['-a', '-c']
    await run([...this.#elevate, 'cp', ...how, from, partial])
    await this.erase(to)
    await rename(partial, to)
  }

  async #size(folder: string): Promise<number> {
    const [kilobytes] = (await run([...this.#elevate, 'du', '-sk', folder])).split(/\s/)
    return Number(kilobytes) * 1024
  }
}

const diskIn = (folder: string): Disk => ({ folder, root: join(folder, 'root'), usr: join(folder, 'usr') })

const ordinaryFolders = ['etc', 'home', 'mnt', 'media', 'opt', 'run', 'srv', 'tmp', 'usr', 'proc', 'sys', 'dev'].concat(
  ['log', 'tmp', 'lib/cloud/instance', 'lib/cloud/data', 'cache', 'spool', 'www'].map((path) => `var/${path}`),
)

/** Ids become names of folders: nothing in them may lead elsewhere. */
function safe(id: string): string {
  if (!/^[\w][\w.-]*$/.test(id)) throw new MachineError('failed', `"${id}" cannot be the name of a folder.`)
  return id
}

/** Never half a file, whatever happens while it is written. */
export async function writeWhole(path: string, text: string, mode = 0o600): Promise<void> {
  await writeFile(`${path}.new`, text, { mode })
  await rename(`${path}.new`, path)
}

export const removeIfThere = (path: string): Promise<void> => rm(path, { force: true, recursive: true })
