import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningPostgres, startPostgres } from '@atlas/postgres'

export interface TestDatabase {
  url: string
  /** Stops the server and starts it again on the same data, as a crash or a reboot would. */
  restart(awayMs?: number): Promise<void>
  drop(): Promise<void>
}

/** A PostgreSQL of its own on a free port. */
export async function testDatabase(): Promise<TestDatabase> {
  const dataDir = mkdtempSync(join(tmpdir(), 'atlas-engine-'))
  let server: RunningPostgres = await startPostgres({ dataDir })
  const { port } = server
  return {
    url: server.url,
    async restart(awayMs = 0) {
      await server.stop()
      await new Promise((resolve) => setTimeout(resolve, awayMs))
      server = await startPostgres({ dataDir, port })
    },
    async drop() {
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
