import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type EventType, type Infrastructure, plan } from '@atlas/core'
import { memoryCloud, memoryDriver } from '@atlas/driver-memory'
import { startPostgres } from '@atlas/postgres'
import { openStore, type Store } from '@atlas/store'

const workspace = 'bench'
const drivers = memoryDriver(memoryCloud()).types

/** A worker as a process, by its number in the database. */
interface Living {
  child: ChildProcess
  number: number
}

/**
 * How soon an operation goes on with another worker: from `kill -9` (20 times) and from SIGSTOP (3 times, the worst
 * counts) of the one that has it, to the event of its takeover.
 */
export async function bench([kills = '20', stops = '3']: string[]): Promise<object> {
  const dataDir = mkdtempSync(join(tmpdir(), 'atlas-bench-'))
  const server = await startPostgres({ dataDir })
  const store = await openStore(server.url)
  let workers: Living[] = await Promise.all([start(server.url), start(server.url)])
  let runs = 0

  async function measure(signal: 'SIGKILL' | 'SIGSTOP'): Promise<number> {
    const { id } = await store.submit(oneMachine(`${signal.toLowerCase()}-${++runs}`))
    const holder = await happens(store, id, ['deployment.started'])
    const victim = workers.find((worker) => worker.number === holder.worker)!
    const began = performance.now()
    victim.child.kill(signal)
    await happens(store, id, ['operation.taken_over'])
    const ms = performance.now() - began
    victim.child.kill('SIGKILL')
    // It would wait for its machine for ever, and keep one of the successor's hands busy.
    await store.cancel(workspace, id)
    await happens(store, id, ['operation.cancelled', 'deployment.failed'])
    workers = [...workers.filter((worker) => worker !== victim), await start(server.url)]
    return ms
  }

  try {
    const killed: number[] = []
    for (let i = 0; i < Number(kills); i++) killed.push(await measure('SIGKILL'))
    const stopped: number[] = []
    for (let i = 0; i < Number(stops); i++) stopped.push(await measure('SIGSTOP'))
    killed.sort((one, other) => one - other)
    return {
      median_ms: Math.round(killed[Math.floor(killed.length / 2)]!),
      max_ms: Math.round(killed.at(-1)!),
      stopped_ms: Math.round(Math.max(...stopped)),
    }
  } finally {
    for (const { child } of workers) child.kill('SIGKILL')
    await store.close()
    await server.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function start(database: string): Promise<Living> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'world/idle-worker.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, BENCH_DATABASE: database },
  })
  const [number] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string]
  return { child, number: Number(number) }
}

/** Resolves with what the first event of one of these types says. */
async function happens(store: Store, operation: string, types: EventType[]): Promise<{ worker: number }> {
  const limit = AbortSignal.timeout(30_000)
  for await (const event of store.events(workspace, { afterId: 0, operation }, limit))
    if (types.includes(event.type)) return event.data as { worker: number }
  throw new Error(`${types.join(' or ')} did not happen within 30 s`)
}

const oneMachine = (name: string) =>
  plan({
    kind: 'apply',
    workspace,
    account: 'memory:bench',
    revision: 0,
    description: {
      name,
      provider: 'memory',
      region: 'nyc3',
      tags: {},
      resources: [{ type: 'machine', name: 'web1', specifications: { size: 's-1vcpu-1gb', image: 'debian-12' } }],
    } satisfies Infrastructure,
    owned: [],
    observed: new Map(),
    drivers,
    catalogueDate: '2026-01-01',
  })
