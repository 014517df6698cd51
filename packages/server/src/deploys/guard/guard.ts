import { setTimeout as pause } from 'node:timers/promises'
import type { DeploymentSpec, Machine } from '@atlas/deploy'
import type { Store, Term, WatchedEnvironment } from '@atlas/store'
import { machinesIn } from '../machines.ts'
import { specOf } from '../spec.ts'
import type { Configuring } from './configure.ts'
import { type Watch, watchEnvironment } from './watch.ts'

export interface GuardParts extends Configuring {
  store: Pick<Store, 'targets' | 'infrastructure'>
}

/** Every target is asked so often, in milliseconds; where there are very many, so long for each. */
const everyMs = 200
const perTargetMs = 8
/** What there is to be watched is read so often. */
const readEveryMs = 500
/** Where nothing is watched, for a bell that was not heard. */
const idleMs = 5000

interface Post {
  environment: WatchedEnvironment
  watch: Watch
  there: readonly Machine[]
}

/**
 * Watches what serves: a target that does not answer gets no requests, and gets them again once it does.
 * @param renewed ids of environments whose load balancer is to be configured anew; they are taken out
 */
export async function watchTargets(parts: GuardParts, term: Term, renewed: Set<string>): Promise<void> {
  let posts: Post[] = []
  let readAt = Number.NEGATIVE_INFINITY
  const bell = parts.store.targets.bell()
  let rung = bell.next()
  while (!term.held.aborted) {
    if (performance.now() - readAt >= readEveryMs) {
      rung = bell.next()
      posts = await read(parts, posts, term).catch((err: unknown) => {
        if (!term.held.aborted) parts.log.warn({ err }, 'what serves could not be watched')
        return []
      })
      readAt = performance.now()
    }
    for (const { environment, watch, there } of posts) {
      if (environment.changing) continue
      if (renewed.delete(environment.id)) watch.renew()
      watch.look(there)
    }
    const targets = posts.reduce((sum, { environment }) => sum + targetsIn(specOf(environment)), 0)
    if (targets > 0)
      await pause(Math.max(everyMs, targets * perTargetMs), undefined, { signal: term.held }).catch(() => {})
    else {
      await rung.orAfter(idleMs, term.held)
      readAt = Number.NEGATIVE_INFINITY
    }
  }
  bell.close()
}

/** Every environment behind a proxy of machines: a cluster, and a load balancer of the cloud, watch their own. Those that were watched already go on. */
async function read(parts: GuardParts, before: readonly Post[], term: Term): Promise<Post[]> {
  const all = (await parts.store.targets.watched()).filter((one) => !specOf(one).cluster && !specOf(one).balancers)
  const machines = await machinesOf(parts, all)
  return all.map((environment) => ({
    environment,
    watch:
      before.find((one) => keyOf(one.environment) === keyOf(environment))?.watch ??
      watchEnvironment(parts, environment, term),
    there: machines.get(placeOf(environment)) ?? [],
  }))
}

/** After each operation of an environment it is looked at anew. */
const keyOf = ({ id, deployment, revision }: WatchedEnvironment) => `${id} ${deployment} ${revision}`
const placeOf = ({ workspace, infrastructure }: WatchedEnvironment) => `${workspace} ${infrastructure}`
const targetsIn = ({ machines, services }: DeploymentSpec) => machines.length * services.length

async function machinesOf({ store }: GuardParts, all: readonly WatchedEnvironment[]): Promise<Map<string, Machine[]>> {
  const places = new Map(all.map((one) => [placeOf(one), one]))
  const read = [...places].map(async ([place, { workspace, infrastructure }]) => {
    return [place, machinesIn(await store.infrastructure(workspace, infrastructure))] as const
  })
  return new Map(await Promise.all(read))
}
