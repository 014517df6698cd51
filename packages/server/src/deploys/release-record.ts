import type { ReleaseRecordView } from '@atlas/api'
import type { Plan } from '@atlas/core'
import { type Aim, type ProxyName, proxyNamed, type Site } from '@atlas/deploy'
import type { Made, Store } from '@atlas/store'

/** Everything on record of a release. @throws AtlasError `not_found` */
export async function releaseRecord(
  { release, made }: Store['deploys'],
  workspace: string,
  project: string,
  tag: string,
): Promise<ReleaseRecordView> {
  const [found, all] = await Promise.all([release(workspace, project, tag), made(workspace, project, tag)])
  return { release: found, deployments: all.map(deploymentView) }
}

const deploymentView = ({ plan, description, ...one }: Made): ReleaseRecordView['deployments'][number] => ({
  ...one,
  planHash: plan.hash,
  proxy: proxyOf(plan),
  infrastructureSpec: description,
})

/** As the plan had it brought to what balances; in a cluster there is none. */
function proxyOf({ work = [] }: Plan): Record<string, string> {
  const switches = work.filter(({ phase }) => phase === 'switch')
  const rendered = switches.map(({ specifications: { site, aims, proxy } }) => {
    if (aims) return aimFiles(aims as unknown as Aim[])
    return site && proxyNamed(proxy as ProxyName | undefined).siteFiles(site as unknown as Site)
  })
  return Object.assign({}, ...rendered)
}

const aimFiles = (aims: readonly Aim[]): Record<string, string> =>
  Object.fromEntries(aims.map((aim) => [`load-balancers/${aim.balancer}.json`, `${JSON.stringify(aim, null, 2)}\n`]))
