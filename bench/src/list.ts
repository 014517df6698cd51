import { crowd } from './world/crowd.ts'
import { load, measured } from './world/load.ts'

/**
 * A page of 50 out of 10,000 infrastructures, asked for by 50 connections, beside a route of bare Fastify. All ask for the
 * same page, as dashboards do; `--tag`: of those that have a tag.
 */
export async function bench(options: string[]): Promise<object> {
  const world = await crowd()
  try {
    const bare = await load(world.bareUrl)
    const query = options.includes('--tag') ? '&tag=environment:production' : ''
    const { rps, p50_ms, p99_ms } = await measured(`${world.url}/infrastructure?limit=50${query}`, world.token)
    return { rps, p50_ms, p99_ms, bare_fastify_rps: bare.rps }
  } finally {
    await world.close()
  }
}
