import { isAtlasError } from '@atlas/core'
import {
  check,
  type DeploymentSpec,
  type Judgement,
  judge,
  type Machine,
  portOf,
  type Verdict,
  type Watched,
} from '@atlas/deploy'
import type { WatchedEnvironment } from '@atlas/store'
import { configure } from './configure.ts'
import type { GuardParts } from './guard.ts'

/** One environment, from one operation of it to the next. */
export interface Watch {
  /** Asks its targets, and brings about what comes of it. @param there the machines that there are now */
  look(there: readonly Machine[]): void
}

export function watchEnvironment(parts: GuardParts, environment: WatchedEnvironment, held: AbortSignal): Watch {
  const spec = environment.spec as unknown as DeploymentSpec
  const asked = new Set<string>()
  let targets = targetsOf(environment, spec)
  let there: readonly Machine[] = []
  let news: Pick<Judgement, 'ejected' | 'restored'> = { ejected: [], restored: [] }
  /** What is live may be another's: of a server that ended in between. */
  let isStale = true
  let isApplying = false

  const isOut = (service: string, machine: string) =>
    targets.some((one) => one.out && one.service === service && one.machine === machine)

  async function ask(target: Watched): Promise<void> {
    const verdict = await verdictOf(parts, environment, spec, target, there, held)
    const judged = judge(targets, (one) => (keyOf(one) === keyOf(target) ? verdict : { kind: 'unknown' }))
    targets = judged.targets
    if (judged.ejected.length + judged.restored.length === 0) return
    news = { ejected: [...news.ejected, ...judged.ejected], restored: [...news.restored, ...judged.restored] }
    isStale = true
    await apply()
  }

  /** One after the other; what is learnt meanwhile is applied next. */
  async function apply(): Promise<void> {
    if (isApplying) return
    isApplying = true
    let told: typeof news = { ejected: [], restored: [] }
    try {
      while (isStale && !held.aborted) {
        isStale = false
        told = news
        news = { ejected: [], restored: [] }
        await configure(parts, environment, { there, isOut }, held)
        if (told.ejected.length > 0) await parts.store.targets.eject(environment, told.ejected)
        if (told.restored.length > 0) await parts.store.targets.restore(environment, told.restored)
      }
    } catch (err) {
      // A deploy has begun: it takes all of its own targets, and this is looked at anew behind it.
      if (held.aborted || isAtlasError(err, 'fenced')) return
      const { project, environment: name } = environment
      parts.log.warn({ err, project, environment: name }, 'what does not answer could not be left out')
      isStale = true
      news = {
        ejected: [...told.ejected, ...news.ejected],
        restored: [...told.restored, ...news.restored],
      }
    } finally {
      isApplying = false
    }
  }

  return {
    look(machines) {
      there = machines
      if (isStale) void apply()
      for (const target of targets) {
        if (asked.has(keyOf(target))) continue
        asked.add(keyOf(target))
        ask(target)
          .catch((err: unknown) => parts.log.warn({ err, ...target }, 'a target could not be judged'))
          .finally(() => asked.delete(keyOf(target)))
      }
    },
  }
}

const keyOf = ({ service, machine }: Pick<Watched, 'service' | 'machine'>) => `${service}@${machine}`

function targetsOf({ ejected }: WatchedEnvironment, { services, machines }: DeploymentSpec): Watched[] {
  return services.flatMap(({ name: service }) =>
    machines.map((machine) => {
      const out = ejected.some((one) => one.service === service && one.machine === machine)
      return { service, machine, out, bad: 0, good: 0 }
    }),
  )
}

async function verdictOf(
  { machines }: GuardParts,
  { workspace, infrastructure }: WatchedEnvironment,
  spec: DeploymentSpec,
  { service, machine }: Watched,
  there: readonly Machine[],
  signal: AbortSignal,
): Promise<Verdict> {
  const { health } = spec.services.find(({ name }) => name === service)!
  const found = there.find(({ name }) => name === machine)
  if (!found || found.id !== spec.ids[machine])
    return { kind: 'wrong', reason: `the machine ${machine} is gone`, sure: true }
  const target = { address: found.address, port: portOf(spec, { name: service }) }
  return machines
    .use({ workspace, infrastructure, machine: spec.master }, (master) => check(master, target, health, signal))
    .catch((): Verdict => ({ kind: 'unknown' }))
}
