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
  let restarted = Promise.resolve()
  async function restart(awayMs: number): Promise<void> {
    await server.stop()
    await new Promise((resolve) => setTimeout(resolve, awayMs))
    server = await startPostgres({ dataDir, port })
  }
  return {
    url: server.url,
    restart(awayMs = 0) {
      restarted = restart(awayMs)
      return restarted
    },
    async drop() {
      // A test that failed meanwhile has not waited for it.
      await restarted
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
