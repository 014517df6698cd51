import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Infrastructure, type JsonObject, plan } from '@atlas/core'
import { memoryCloud, memoryDriver } from '@atlas/driver-memory'
import { callSlots, runOperation } from '@atlas/engine'
import { startPostgres } from '@atlas/postgres'
import { openStore } from '@atlas/store'

/**
 * What the journal costs, with a cloud that answers at once: a step alone (both commits: intent, and claim with outcome,
 * state and events), and steps per second at 50 in parallel.
 */
export async function bench([alone = '300', parallel = '20000']: string[]): Promise<object> {
  const dataDir = mkdtempSync(join(tmpdir(), 'atlas-bench-'))
  const server = await startPostgres({ dataDir })
  const store = await openStore(server.url)
  const { lease, deliveries, release } = await store.work()
  let clouds = 0
  try {
    const times: number[] = []
    await run(Number(alone), 1, (ms) => times.push(ms))
    await run(2000, 50)
    const ms = await run(Number(parallel), 50)
    times.sort((a, b) => a - b)
    return {
      steps: Number(parallel),
      median_ms: round(times[Math.floor(times.length / 2)]!),
      p99_ms: round(times[Math.floor(times.length * 0.99)]!),
      steps_per_s_50: Math.round((1000 * Number(parallel)) / ms),
    }
  } finally {
    await release()
    await store.close()
    await server.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }

  /** One operation of so many creates, from takeover to end; planning, storing and the queue are other matters. */
  async function run(steps: number, atOnce: number, took?: (ms: number) => void): Promise<number> {
    const cloud = memoryCloud({ account: `memory:${++clouds}` })
    const driver = memoryDriver(cloud)
    const made = plan({
      kind: 'apply',
      workspace: 'bench',
      account: cloud.account,
      revision: 0,
      description: described(`${steps}-at-${atOnce}`, steps),
      owned: [],
      observed: new Map(),
      drivers: driver.types,
      catalogueDate: '2026-01-01',
    })
    const { id } = await store.submit(made)
    const job = await deliveries.next(new AbortController().signal)
    const began = performance.now()
    let last = began
    await runOperation(
      {
        store,
        lease,
        driverFor: async () => driver,
        slotsFor: () => callSlots(atOnce),
        at(point) {
          const now = performance.now()
          if (point === 'create.before-intent') last = now
          if (point === 'step.done') took?.(now - last)
        },
      },
      id,
      new AbortController().signal,
    )
    const ms = performance.now() - began
    await job?.done()
    return ms
  }
}

const described = (name: string, count: number): Infrastructure => ({
  name,
  provider: 'memory',
  region: 'nyc3',
  tags: {},
  resources: Array.from({ length: count }, (_, i) => ({
    type: 'machine' as const,
    name: `m${i}`,
    specifications: { size: 's-1vcpu-1gb', image: 'debian-12' } as JsonObject,
  })),
})

const round = (ms: number) => Math.round(ms * 100) / 100
