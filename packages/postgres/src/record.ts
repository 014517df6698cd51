import { randomBytes, randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PostgresError } from './error.ts'

/** What a data folder remembers of its cluster. Holds the password, so its file is 0600. Written once, never changed. */
export interface ClusterRecord {
  /** Random; names the cluster where it stands outside the data folder. */
  id: string
  /** The superuser that initdb made. */
  user: string
  password: string
  /** Folder of the cluster: relative to the data folder, or absolute where it had to stand elsewhere. */
  cluster: string
}

export const recordFile = (dataDir: string) => join(dataDir, 'cluster.json')

/** @throws PostgresError `folder_damaged` when the record is there and cannot be understood */
export function readRecord(dataDir: string): ClusterRecord | undefined {
  const file = recordFile(dataDir)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return JSON.parse(text) as ClusterRecord
  } catch (cause) {
    throw new PostgresError('folder_damaged', `${file} is not JSON, so the password of the cluster is not known.`, {
      cause,
      hint: `Restore ${file}, or remove ${dataDir} to start from nothing.`,
    })
  }
}

/** Settles id and password. `clusterOf` says where the cluster with that id shall stand. */
export function writeRecord(
  dataDir: string,
  { user, password, clusterOf }: { user: string; password?: string | undefined; clusterOf(id: string): string },
): ClusterRecord {
  const id = randomUUID()
  const record: ClusterRecord = {
    id,
    user,
    password: password ?? randomBytes(24).toString('base64url'),
    cluster: clusterOf(id),
  }
  writeDurably(recordFile(dataDir), `${JSON.stringify(record, null, 2)}\n`)
  return record
}

/** Whole or not at all, also after a power cut. */
function writeDurably(file: string, text: string): void {
  const draft = `${file}.${process.pid}`
  const fd = openSync(draft, 'w', 0o600)
  try {
    writeFileSync(fd, text)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(draft, file)
}
