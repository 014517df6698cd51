import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PostgresError } from './error.ts'
import { holderOf } from './hold.ts'
import { endEarlier } from './orphan.ts'
import { type ClusterRecord, recordFile } from './record.ts'

// Clusters that stand outside their data folder, because the account that runs them cannot reach it. Each has a folder
// <sharedDir>/clusters/<id>/ with `cluster` and `home`. `home` is a hard link to the data folder's record, so its link
// count says whether the data folder still exists, wherever it was moved to.

export const clustersOf = (sharedDir: string) => join(sharedDir, 'clusters')

const day = 24 * 3600 * 1000

/**
 * Makes the cluster's folder and ties it to the data folder.
 * @throws PostgresError `folder_copied` when another data folder with the same record exists
 */
export function tieToHome(place: string, dataDir: string, record: ClusterRecord): void {
  mkdirSync(place, { recursive: true, mode: 0o711 })
  const [home, file] = [join(place, 'home'), recordFile(dataDir)]
  const tied = statSync(home, { throwIfNoEntry: false })
  if (tied && tied.ino === statSync(file).ino) return
  if (tied && tied.nlink > 1) {
    throw new PostgresError(
      'folder_copied',
      `${dataDir} is a copy: its cluster ${record.id} belongs to another folder.`,
      {
        hint: `Use the original, or remove ${dataDir} to start from nothing.`,
      },
    )
  }
  rmSync(home, { force: true })
  link(file, home, dataDir)
}

function link(file: string, home: string, dataDir: string): void {
  try {
    linkSync(file, home)
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    // No link between two file systems: remember the path, and when it was last seen.
    writeFileSync(home, JSON.stringify({ dataDir }), { mode: 0o600 })
  }
}

/** Removes the clusters whose data folder is gone; gives their folders. Those in use are left alone. */
export async function sweepGone(sharedDir: string, now = Date.now()): Promise<string[]> {
  const all = clustersOf(sharedDir)
  if (!existsSync(all)) return []
  const gone = readdirSync(all)
    .map((id) => join(all, id))
    .filter((place) => isHomeless(place, now) && holderOf(place) === undefined)
  for (const place of gone) {
    await endEarlier(join(place, 'cluster'))
    rmSync(place, { recursive: true, force: true })
  }
  return gone
}

function isHomeless(place: string, now: number): boolean {
  const home = join(place, 'home')
  const tied = statSync(home, { throwIfNoEntry: false })
  // Just being made, or broken off before it was tied.
  if (!tied) return now - statSync(place).mtimeMs > day
  if (tied.nlink > 1) return false
  const { dataDir } = JSON.parse(readFileSync(home, 'utf8')) as { dataDir?: string }
  if (dataDir === undefined) return true
  // Only a path is known. The folder may have been moved, or its disk is not there today: wait long.
  return !existsSync(dataDir) && existsSync(dirname(dataDir)) && now - tied.mtimeMs > 30 * day
}
