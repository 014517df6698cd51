import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type ServerAlone, serverAlone } from './world/server-alone.ts'

const everyMs = 10
const seconds = 10

/**
 * A thousand clients, in a process of their own, follow the events of one server while 100 a second are written to its
 * database for 10 s, each in a transaction of its own. The time is from before the write to the moment a client has the
 * event whole; memory is the resident size of the server's process, the most it had less what it had before.
 */
export async function bench([clients = '1000']: string[]): Promise<object> {
  const server = await serverAlone()
  try {
    const before = rssMb(server.pid)
    const crowd = await connect(server, Number(clients))
    const watching = watchRss(server.pid)
    const written = await writeEvents(server.databaseUrl)
    const { delivered, p50, p99, max } = await crowd.finish(written)
    const most = watching.end()
    process.stdout.write(`p50 ${p50} ms, slowest ${max} ms; ${before} MB before, at most ${most} MB\n`)
    return {
      clients: Number(clients),
      expected: written * Number(clients),
      delivered,
      p99_ms: p99,
      rss_mb_more: most - before,
    }
  } finally {
    await server.close()
  }
}

interface Summary {
  delivered: number
  p50: number
  p99: number
  max: number
}

/** Resolves when every client is connected and follows. */
async function connect({ url, token }: ServerAlone, clients: number) {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, 'world/sse-clients.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, BENCH_URL: url, BENCH_TOKEN: token, BENCH_CLIENTS: String(clients) },
  })
  const lines = createInterface({ input: child.stdout! })
  await once(lines, 'line')
  return {
    /** Waits until every client has so many, or for a minute. */
    async finish(written: number): Promise<Summary> {
      child.stdin!.end(`${written}\n`)
      const [line] = (await once(lines, 'line')) as [string]
      return JSON.parse(line) as Summary
    },
  }
}

/** Each as the engine writes one: under the lock of the workspace, with its notification. @returns how many */
async function writeEvents(databaseUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl, options: '-c search_path=atlas' })
  await client.connect()
  const count = (seconds * 1000) / everyMs
  const began = performance.now()
  for (let n = 0; n < count; n++) {
    await sleep(Math.max(0, began + n * everyMs - performance.now()))
    await client.query('begin')
    await client.query(`select pg_advisory_xact_lock(8, hashtext('default'))`)
    await client.query(
      `insert into event (type, workspace, infrastructure, step, data) values ('step.done', 'default', 'shop', $1, $2)`,
      [n, JSON.stringify({ resource: `web${n}`, type: 'machine', action: 'create', sent: Date.now() })],
    )
    await client.query(`select pg_notify('atlas_event', 'default')`)
    await client.query('commit')
  }
  await client.end()
  return count
}

function watchRss(pid: number): { end(): number } {
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, rssMb(pid))
  }, 100)
  return {
    end() {
      clearInterval(timer)
      return most
    },
  }
}

function rssMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round(Number(kb) / 1024)
}
