import { setTimeout as pause } from 'node:timers/promises'
import type { DeploymentSpec, Machine } from '@atlas/deploy'
import type { Store, WatchedEnvironment } from '@atlas/store'
import type { Upkeep } from '../../upkeep.ts'
import { machinesIn } from '../machines.ts'
import type { Configuring } from './configure.ts'
import { type Watch, watchEnvironment } from './watch.ts'

export interface GuardParts extends Configuring {
  store: Pick<Store, 'targets' | 'alone' | 'infrastructure'>
}

/** Every target is asked so often, in milliseconds; where there are very many, so long for each. */
const everyMs = 500
const perTargetMs = 5
const idleMs = 5000

/**
 * Watches what serves: a target that does not answer gets no requests, and gets them again once it does. One server of all
 * does this at a time.
 */
export function startGuard(parts: GuardParts): Upkeep {
  const stopping = new AbortController()
  const going = parts.store.alone('targets', stopping.signal, (held) => guard(parts, held))
  return {
    async stop() {
      stopping.abort()
      await going
    },
  }
}

async function guard(parts: GuardParts, held: AbortSignal): Promise<void> {
  const watches = new Map<string, Watch>()
  while (!held.aborted) {
    const targets = await round(parts, watches, held).catch((err: unknown) => {
      if (!held.aborted) parts.log.warn({ err }, 'what serves could not be watched')
      return 0
    })
    const waitMs = targets === 0 ? idleMs : Math.max(everyMs, targets * perTargetMs)
    await pause(waitMs, undefined, { signal: held }).catch(() => {})
  }
}

/** Asks every target that has answered since it was asked last. @returns how many there are */
async function round(parts: GuardParts, watches: Map<string, Watch>, held: AbortSignal): Promise<number> {
  const all = (await parts.store.targets.watched()).filter(hasAnother)
  const machines = await machinesOf(parts, all)
  for (const [key] of watches) if (!all.some((one) => keyOf(one) === key)) watches.delete(key)
  for (const one of all) {
    const watch = watches.get(keyOf(one)) ?? watchEnvironment(parts, one, held)
    watches.set(keyOf(one), watch)
    if (!one.changing) watch.look(machines.get(placeOf(one)) ?? [])
  }
  return all.reduce((sum, one) => sum + specOf(one).machines.length * specOf(one).services.length, 0)
}

/** After each operation of an environment it is looked at anew. */
const keyOf = ({ id, deployment, revision }: WatchedEnvironment) => `${id} ${deployment} ${revision}`
const placeOf = ({ workspace, infrastructure }: WatchedEnvironment) => `${workspace} ${infrastructure}`
const specOf = ({ spec }: WatchedEnvironment) => spec as unknown as DeploymentSpec

/** The last target stays, so one that is alone is not watched. A cluster watches its own. */
const hasAnother = (one: WatchedEnvironment) => specOf(one).machines.length > 1 && !specOf(one).cluster

async function machinesOf({ store }: GuardParts, all: readonly WatchedEnvironment[]): Promise<Map<string, Machine[]>> {
  const places = new Map(all.map((one) => [placeOf(one), one]))
  const read = [...places].map(async ([place, { workspace, infrastructure }]) => {
    return [place, machinesIn(await store.infrastructure(workspace, infrastructure))] as const
  })
  return new Map(await Promise.all(read))
}
