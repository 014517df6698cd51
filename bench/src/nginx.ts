import { defaultLimits, proxyNamed, type Site } from '@atlas/deploy'
import { medianOf } from './world/deployed.ts'

/** nginx's files for 1,000 services, each on 200 machines, rendered from their values; nine times, the median counts. */
export async function bench(): Promise<{ ms: number }> {
  const targets = Array.from({ length: 200 }, (_, n) => ({ address: `10.0.${n >> 8}.${n & 255}`, port: 8000 }))
  const sites = Array.from({ length: 100 }, (_, n): Site => {
    const routes = Array.from({ length: 10 }, (_, m) => ({ service: `service-${m}`, targets }))
    return { project: `project-${n}`, environment: 'prod', hosts: [], limits: defaultLimits, routes }
  })
  const took = Array.from({ length: 9 }, () => {
    const began = performance.now()
    const bytes = sites
      .flatMap((site) => Object.values(proxyNamed('nginx').siteFiles(site)))
      .reduce((sum, text) => sum + text.length, 0)
    if (bytes === 0) throw new Error('nothing was rendered')
    return performance.now() - began
  })
  return { ms: medianOf(took) }
}
