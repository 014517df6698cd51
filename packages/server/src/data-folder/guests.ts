import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { lifeOf } from '@atlas/postgres'
import { type RunningServer, removeServerFile, writeServerFile } from './server-file.ts'

// A server that a program started for itself ends with that program, unless others have joined it meanwhile. Each guest
// leaves a file named by its pid while it stays (`signIn` of @atlas/client); that of a guest that was killed does not count.

const folderOf = (dataDir: string) => join(dataDir, 'guests')

/** Forgets the guests of the server before. One that still means to come signs in again. */
export const forgetGuests = (dataDir: string): void => rmSync(folderOf(dataDir), { recursive: true, force: true })

/** Pids of the guests that live. */
function guestsOf(dataDir: string): number[] {
  const folder = folderOf(dataDir)
  const names = existsSync(folder) ? readdirSync(folder) : []
  return names.map(Number).filter((pid) => lifeOf(pid) !== undefined)
}

/**
 * Resolves when the last guest has left, with server.json taken away. It is taken away before the last look: a guest
 * signs in before it reads the file, so either it finds none, or it is seen here.
 * @param onStay called when there are guests to wait for
 */
export async function untilAlone(dataDir: string, file: RunningServer, onStay: () => void): Promise<void> {
  for (;;) {
    removeServerFile(dataDir)
    if (guestsOf(dataDir).length === 0) return
    writeServerFile(dataDir, file)
    onStay()
    while (guestsOf(dataDir).length > 0) await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
