import { load } from '../../deploys/load.ts'
import type { Balancer, Platform } from '../../deploys/project.ts'
import type { Said } from '../crew.ts'
import { ground, urlsOf } from './ground.ts'
import { type DeployReport, runDeploy } from './run.ts'

export interface DeploysReport {
  reports: DeployReport[]
  requests: number
  /** Requests that were not answered well, whatever was killed meanwhile. */
  dropped: string[]
}

/** So many deploys of one environment, one after the other, under requests that never stop. */
export async function walkDeploys(
  { platform, balancer }: { platform: Platform; balancer: Balancer },
  first: number,
  count: number,
  tell: (report: DeployReport, said: readonly Said[]) => void,
): Promise<DeploysReport> {
  const here = await ground(platform, balancer)
  try {
    const calm = await runDeploy(here, first - 1, { kind: 'deploy', troubles: [] })
    tell(calm, [])
    const traffic = load(await urlsOf(here), 20)
    const reports = [calm]
    for (let seed = first; seed < first + count; seed++) {
      here.crew.said.splice(0)
      const report = await runDeploy(here, seed)
      tell(report, here.crew.said)
      reports.push(report)
    }
    await traffic.stop()
    return { reports, requests: traffic.requests, dropped: traffic.failed }
  } finally {
    await here.close()
  }
}
