import { join } from 'node:path'
import { makeDataFolder } from '@atlas/client'
import { holdFolder, runningUrl } from '@atlas/postgres'
import { startDatabase } from '../database.ts'
import type { Environment } from '../settings/environment.ts'

/** Calls with the database of a data folder: of a server that runs, or one that is started for as long as this takes. */
export async function withDatabase<T>(
  { dataDir, environment, alone }: { dataDir: string; environment: Environment; alone: boolean },
  use: (url: string) => Promise<T>,
): Promise<T> {
  if (environment.DATABASE_URL !== undefined) return use(environment.DATABASE_URL)
  const running = alone ? undefined : runningUrl(join(dataDir, 'postgres'))
  if (running) return use(running)
  makeDataFolder(dataDir)
  const hold = holdFolder(dataDir)
  try {
    const database = await startDatabase(dataDir, environment)
    try {
      return await use(database.url)
    } finally {
      await database.stop()
    }
  } finally {
    hold.release()
  }
}
