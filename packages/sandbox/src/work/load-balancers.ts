import { type Balancer, openBalancer } from '../balancer/balancer.ts'
import type { Cloud, CloudParts } from '../cloud.ts'
import type { Droplet, LoadBalancer } from '../records/types.ts'
import { settle } from './background.ts'

/** The droplets a load balancer sends to: those it names, or all with its tag in its region. */
export function targetsOf(cloud: CloudParts, { droplets, tag, region }: LoadBalancer): Droplet[] {
  if (tag) return cloud.droplets.by('tag', tag.toLowerCase()).filter((droplet) => droplet.region === region)
  return droplets.flatMap((id) => cloud.droplets.get(id) ?? [])
}

/** What really listens for the load balancers of the records. */
export interface BalancerKeeper {
  /** A new one is active after a moment; also after a restart of the sandbox. */
  activate(id: string): void
  running(id: string): Balancer | undefined
  close(): Promise<void>
}

/** Follows the records: a load balancer listens anew only where clients connect otherwise, a changed droplet is a changed target. */
export function keepBalancers(cloud: CloudParts): BalancerKeeper {
  const running = new Map<string, { balancer: Balancer; text: string }>()

  const targetsNow = (record: LoadBalancer) =>
    targetsOf(cloud, record)
      .filter(({ status }) => status !== 'new')
      .map(({ id, address }) => ({ id, address }))
  const aim = (record: LoadBalancer) => running.get(record.id)?.balancer.aim(targetsNow(record))

  async function follow(id: string): Promise<void> {
    const record = cloud.loadBalancers.get(id)
    const text = JSON.stringify({ ...record, droplets: [], tag: '' })
    const now = running.get(id)
    if (record?.status === 'active' && now?.text !== text) {
      if (now?.balancer.turn(record, targetsNow(record))) running.set(id, { ...now, text })
      else {
        await now?.balancer.close()
        running.set(id, { balancer: await openBalancer(record), text })
      }
    } else if (record?.status !== 'active') {
      await running.get(id)?.balancer.close()
      running.delete(id)
    }
    if (record) aim(record)
  }

  if (cloud.backend.name !== 'none') {
    cloud.loadBalancers.watch((id) => cloud.background.start(`load_balancer:${id}`, () => follow(id)))
    cloud.droplets.watch(() => {
      for (const id of running.keys()) {
        const record = cloud.loadBalancers.get(id)
        if (record) aim(record)
      }
    })
  }

  return {
    activate(id) {
      cloud.background.start(`load_balancer:${id}`, async () => {
        await settle(cloud)
        cloud.loadBalancers.update(id, { status: 'active' })
      })
    },
    running: (id) => running.get(id)?.balancer,
    async close() {
      await Promise.all([...running.values()].map(({ balancer }) => balancer.close()))
    },
  }
}

/** A droplet that is gone is in no list any more. */
export function forgetTarget(cloud: Cloud, id: number): void {
  for (const balancer of cloud.loadBalancers.all())
    if (balancer.droplets.includes(id))
      cloud.loadBalancers.update(balancer.id, { droplets: balancer.droplets.filter((other) => other !== id) })
}
