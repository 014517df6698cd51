import { crowd } from './world/crowd.ts'
import { measured } from './world/load.ts'

/** One infrastructure of three machines by its id, out of 10,000, asked for by 50 connections. */
export async function bench(): Promise<object> {
  const world = await crowd()
  try {
    const headers = { authorization: `Bearer ${world.token}` }
    const page = await (await fetch(`${world.url}/infrastructure?prefix=service-05`, { headers })).json()
    const { id } = (page as { infrastructure: { id: string }[] }).infrastructure[0]!
    const { rps, p99_ms } = await measured(`${world.url}/infrastructure/${id}`, world.token)
    return { rps, p99_ms }
  } finally {
    await world.close()
  }
}
