import type { Cloud } from '../cloud.ts'
import type { Droplet, LoadBalancer } from '../records/types.ts'
import { settle } from './background.ts'

/** The droplets a load balancer sends to: those it names, or all with its tag in its region. */
export function targetsOf(cloud: Cloud, { droplets, tag, region }: LoadBalancer): Droplet[] {
  if (tag) return cloud.droplets.by('tag', tag.toLowerCase()).filter((droplet) => droplet.region === region)
  return droplets.flatMap((id) => cloud.droplets.get(id) ?? [])
}

/** Brings what really listens in line with the record, or ends it where the record is gone. */
export function openLoadBalancer(cloud: Cloud, id: string): void {
  cloud.background.start(`load_balancer:${id}`, async () => {
    if (cloud.loadBalancers.get(id)?.status === 'new') {
      await settle(cloud)
      cloud.loadBalancers.update(id, { status: 'active' })
    }
  })
}
