import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@atlas/postgres'

/** A PostgreSQL of its own for a test file. */
export async function testDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'atlas-store-'))
  const server = await startPostgres({ dataDir })
  return {
    url: server.url,
    async drop() {
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
