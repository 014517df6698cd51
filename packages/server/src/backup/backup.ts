import { globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Readable } from 'node:stream'
import type { Snapshot } from '@atlas/store'
import { version } from '../version.ts'
import { seal } from './envelope.ts'
import { encode } from './frames.ts'
import { type Manifest, type Part, weigher } from './manifest.ts'

/**
 * What of the data folder is kept: keys and the token. The log, the sandbox and the cluster itself are not, nor the folder
 * with the host keys of machines, which `atlas ssh` asks the server for.
 */
const kept = ['vault.key', 'token', 'ssh/*']

export interface BackupParts {
  snapshot: Snapshot
  dataDir: string
  /** Without one nothing is sealed, and so no key goes into the backup. */
  passphrase: string | undefined
}

/** The bytes of a backup, as they are made; `manifest` is there when they have all been read. */
export function backupBytes({ snapshot, dataDir, passphrase }: BackupParts): { bytes: Readable; manifest(): Manifest } {
  let made: Manifest | undefined
  async function* frames(): AsyncGenerator<Buffer> {
    const tables: Part[] = []
    const files: Part[] = []
    for (const table of snapshot.tables) {
      yield encode({ kind: 'table', table: table.name, columns: table.columns })
      tables.push(yield* weighed(table.name, snapshot.read(table)))
    }
    for (const path of passphrase === undefined ? [] : keyFiles(dataDir)) {
      yield encode({ kind: 'file', path, mode: 0o600 })
      files.push(yield* weighed(path, [readFileSync(join(dataDir, path))]))
    }
    const { migrations, sequences } = snapshot
    made = { version, migrations, sequences, tables, files }
    yield encode({ kind: 'manifest', manifest: made })
  }
  const bytes = Readable.from(seal(frames(), { version, passphrase }), { objectMode: false })
  return { bytes, manifest: () => made! }
}

const keyFiles = (dataDir: string): string[] =>
  globSync(kept, { cwd: dataDir, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dataDir, join(entry.parentPath, entry.name)))
    .sort()

async function* weighed(name: string, data: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer, Part> {
  const scale = weigher(name)
  for await (const chunk of data) {
    scale.add(chunk)
    yield encode({ kind: 'data', data: chunk })
  }
  return scale.weighed()
}
