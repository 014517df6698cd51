import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { startPostgres } from '@atlas/postgres'
import pg from 'pg'

/** A server whose workspace has 10,000 infrastructures of three machines each, and a bare Fastify beside it. */
export interface Crowd {
  /** Of the server's API. */
  url: string
  token: string
  /** A route of Fastify and nothing else. */
  bareUrl: string
  close(): Promise<void>
}

export const infrastructures = 10_000

export async function crowd(): Promise<Crowd> {
  const base = mkdtempSync(join(tmpdir(), 'atlas-bench-'))
  // The account that runs PostgreSQL has to reach the folder in it.
  chmodSync(base, 0o711)
  const database = await startPostgres({ dataDir: join(base, 'postgres') })
  const main = fileURLToPath(new URL('./main.ts', import.meta.resolve('@atlas/server')))
  const server = start(main, ['--data-dir', join(base, 'data'), '--parent-pipe'], { DATABASE_URL: database.url })
  const bare = start(join(import.meta.dirname, 'bare.ts'), [], {})
  await firstLine(server)
  await fill(database.url)
  const { url, token } = JSON.parse(readFileSync(join(base, 'data', 'server.json'), 'utf8'))
  return {
    url: `${url}/api/v1`,
    token,
    bareUrl: await firstLine(bare),
    async close() {
      await Promise.all([server, bare].map(stop))
      await database.stop()
      rmSync(base, { recursive: true, force: true })
    },
  }
}

/** As operations would have left them; 10,000 operations would take minutes. */
async function fill(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, options: '-c search_path=atlas' })
  await client.connect()
  await client.query(`
    insert into infrastructure (workspace, name, owner, provider, account, region, revision, description, tags)
    select 'default', 'service-' || lpad(i::text, 5, '0'), md5(i::text), 'digitalocean', 'digitalocean:1', 'nyc3', 2,
      jsonb_build_object('name', 'service-' || lpad(i::text, 5, '0')),
      jsonb_build_object('environment', case when i % 3 = 0 then 'production' else 'staging' end, 'project', 'shop')
    from generate_series(1, ${infrastructures}) i`)
  await client.query(`
    insert into operation (id, infrastructure_id, workspace, infrastructure, owner, account, kind, plan_hash, status)
    select gen_random_uuid(), id, workspace, name, owner, account, 'apply', md5(name), 'succeeded' from infrastructure`)
  await client.query(`
    insert into resource (infrastructure_id, identity, name, type, generation, account, cloud_id, physical_id,
      specifications, depends_on, monthly, phase, attributes)
    select id, md5(name || n), 'web' || n, 'machine', 1, account, n::text, name || n,
      '{"size": "s-1vcpu-1gb", "image": "debian-13-x64", "monitoring": true}', '{}', 6, 'ready',
      '{"public_ip": "192.0.2.10", "private_ip": "10.0.0.10"}'
    from infrastructure, generate_series(1, 3) n`)
  await client.end()
}

function start(file: string, args: string[], env: Record<string, string>): ChildProcess {
  const quiet = { ATLAS_PATROL_MINUTES: '0' }
  const options = { stdio: ['pipe', 'pipe', 'inherit'] as ['pipe', 'pipe', 'inherit'] }
  return spawn(process.execPath, [file, ...args], { ...options, env: { PATH: process.env.PATH, ...quiet, ...env } })
}

const firstLine = async (child: ChildProcess): Promise<string> =>
  ((await once(createInterface(child.stdout!), 'line')) as [string])[0]

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.stdin?.end()
  await ended
}
