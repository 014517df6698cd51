import type { JsonObject } from '@atlas/core'
import { carryOut, localCloud } from './world/local-cloud.ts'

const resources = 1000
const latencyMs = 50
const atOnce = 50

const volumes = (name: string, count: number): JsonObject => ({
  name,
  provider: 'digitalocean',
  region: 'nyc3',
  resources: Array.from({ length: count }, (_, i) => ({
    type: 'volume',
    name: `disk${i + 1}`,
    specifications: { size_gb: 10 },
  })),
})

/**
 * Makes 1,000 volumes in a cloud that takes 50 ms for each answer, 50 calls at once, and compares with the bound that
 * those figures set: calls × 50 ms ÷ 50. Every call that was made counts as one, reads too. The server has made 500 others
 * before, at the same latency, because it has just been started and has no connections yet; `--cold` leaves that out.
 */
export async function bench(options: string[]): Promise<object> {
  const cloud = await localCloud()
  try {
    await cloud.admin('POST', '/faults', { kind: 'latency', ms: latencyMs })
    const others = volumes('others', 500)
    if (!options.includes('--cold')) await carryOut(cloud.client, await cloud.client.planApply(others, { store: true }))
    const many = volumes('many', resources)
    const plan = await cloud.client.planApply(many, { store: true })
    await cloud.admin('DELETE', '/requests')
    const began = performance.now()
    await carryOut(cloud.client, plan)
    const ms = Math.round(performance.now() - began)
    const { requests } = await cloud.admin<{ requests: Record<string, number> }>('GET', '/requests')
    process.stdout.write(`${JSON.stringify(requests)}\n`)
    const calls = Object.values(requests).reduce((sum, one) => sum + one, 0)
    const bound = Math.round((calls * latencyMs) / atOnce)
    return { resources, ms, bound_ms: bound, ratio: Math.round((ms / bound) * 100) / 100 }
  } finally {
    await cloud.close()
  }
}
