import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lifeOf } from '@atlas/postgres'
import { type RunningServer, removeServerFile, writeServerFile } from './server-file.ts'

// A server that a program started for itself ends with that program, unless others have joined it meanwhile. Each guest
// leaves a file while it stays; the file of a guest that was killed does not count.

const folderOf = (dataDir: string) => join(dataDir, 'guests')

/** Signs this process in; gives the function that signs it out. */
export function signIn(dataDir: string): () => void {
  const file = join(folderOf(dataDir), String(process.pid))
  mkdirSync(folderOf(dataDir), { recursive: true, mode: 0o700 })
  writeFileSync(file, lifeOf(process.pid) ?? '', { mode: 0o600 })
  return () => rmSync(file, { force: true })
}

/** Pids of the guests that live. */
export function guestsOf(dataDir: string): number[] {
  const names = orNothing(() => readdirSync(folderOf(dataDir))) ?? []
  return names.map(Number).filter((pid) => {
    const life = lifeOf(pid)
    return life !== undefined && life === orNothing(() => readFileSync(join(folderOf(dataDir), String(pid)), 'utf8'))
  })
}

/** There is no folder before the first guest, and a guest may leave while we look. */
function orNothing<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Resolves when the last guest has left, with server.json taken away. It is taken away before the last look: a guest
 * signs in before it reads the file, so either it finds none, or it is seen here.
 */
export async function untilAlone(dataDir: string, file: RunningServer): Promise<void> {
  for (;;) {
    while (guestsOf(dataDir).length > 0) await new Promise((resolve) => setTimeout(resolve, 100))
    removeServerFile(dataDir)
    if (guestsOf(dataDir).length === 0) return
    writeServerFile(dataDir, file)
  }
}
