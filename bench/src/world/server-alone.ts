import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { startPostgres } from '@atlas/postgres'

/** A server without any cloud, on a PostgreSQL that the bench can also reach. */
export interface ServerAlone {
  url: string
  token: string
  pid: number
  databaseUrl: string
  close(): Promise<void>
}

export async function serverAlone(): Promise<ServerAlone> {
  const base = mkdtempSync(join(tmpdir(), 'atlas-bench-'))
  // The account that runs PostgreSQL has to reach its folder.
  chmodSync(base, 0o711)
  const database = await startPostgres({ dataDir: join(base, 'postgres') })
  const dataDir = join(base, 'data')
  const main = fileURLToPath(new URL('./main.ts', import.meta.resolve('@atlas/server')))
  const child = spawn(process.execPath, [main, '--data-dir', dataDir, '--parent-pipe'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, DATABASE_URL: database.url },
  })
  const ended = once(child, 'exit')
  await once(createInterface(child.stdout!), 'line')
  const { url, token } = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as {
    url: string
    token: string
  }
  return {
    url,
    token,
    pid: child.pid!,
    databaseUrl: database.url,
    async close() {
      child.stdin!.end()
      await ended
      await database.stop()
      rmSync(base, { recursive: true, force: true })
    },
  }
}
