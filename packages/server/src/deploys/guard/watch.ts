import { isAtlasError } from '@atlas/core'
import {
  type Answering,
  answered,
  type Connected,
  check,
  type DeploymentSpec,
  hangs,
  judge,
  type Machine,
  type News,
  portOf,
  type Verdict,
  type Watched,
} from '@atlas/deploy'
import type { Term, WatchedEnvironment } from '@atlas/store'
import { specOf } from '../spec.ts'
import { configure } from './configure.ts'
import type { GuardParts } from './guard.ts'

/** One environment, from one operation of it to the next. */
export interface Watch {
  /** Asks its targets, and brings about what comes of it. @param there the machines that there are now */
  look(there: readonly Machine[]): void
  /** The load balancer is to be configured anew. */
  renew(): void
}

const noNews: News = { ejected: [], restored: [] }

export function watchEnvironment(parts: GuardParts, environment: WatchedEnvironment, term: Term): Watch {
  const spec = specOf(environment)
  const { held } = term
  const { workspace, infrastructure } = environment
  const answers = new Map<string, Answering>()
  let targets = targetsOf(environment, spec)
  let there: readonly Machine[] = []
  let news = noNews
  /** What is live may be another's: of a server that ended in between. */
  let isStale = spec.machines.length > 1 || spec.front?.tls !== undefined
  let isApplying = false

  const isOut = (service: string, machine: string) =>
    targets.some((one) => one.out && one.service === service && one.machine === machine)
  const answersOf = (target: Watched) => answers.get(keyOf(target)) ?? {}

  async function ask(target: Watched, master: Connected): Promise<void> {
    const verdict = await verdictOf(spec, target, { master, there, held })
    answers.set(keyOf(target), answered(answersOf(target), verdict.kind === 'well', performance.now()))
    take(target, verdict)
  }

  function take(target: Watched, verdict: Verdict): void {
    const judged = judge(targets, (one) => (keyOf(one) === keyOf(target) ? verdict : { kind: 'unknown' }))
    targets = judged.targets
    news = joined(news, judged)
    isStale ||= judged.restored.length > 0 || judged.ejected.some(({ stays }) => !stays)
    void apply()
  }

  const isNew = () => news.ejected.length + news.restored.length > 0

  /** One after the other; what is learnt meanwhile is applied next. */
  async function apply(): Promise<void> {
    if (isApplying) return
    isApplying = true
    let told = noNews
    try {
      while ((isStale || isNew()) && !held.aborted) {
        const changes = isStale
        isStale = false
        told = news
        news = noNews
        if (changes) await configure(parts, environment, { there, isOut }, term)
        if (told.ejected.length > 0) await parts.store.targets.eject(environment, told.ejected, term)
        if (told.restored.length > 0) await parts.store.targets.restore(environment, told.restored, term)
      }
    } catch (err) {
      // A deploy has begun: it takes all of its own targets, and this is looked at anew behind it.
      if (held.aborted || isAtlasError(err, 'fenced')) return
      const { project, environment: name } = environment
      parts.log.warn({ err, project, environment: name }, 'what does not answer could not be left out')
      isStale = true
      news = joined(told, news)
    } finally {
      isApplying = false
    }
  }

  /** Who has not answered yet is not asked again, but need not be waited for. */
  function giveUp(target: Watched): void {
    const own = answersOf(target)
    const now = performance.now()
    const fellows = targets.filter((one) => one.service === target.service && one.machine !== target.machine)
    if (target.out || !hangs(own, fellows.map(answersOf), now)) return
    const reason = `it has not answered for ${Math.round(now - own.owesSince!)} ms, while another was asked and did`
    take(target, { kind: 'wrong', reason, sure: true })
  }

  return {
    renew() {
      isStale = true
    },
    look(machines) {
      there = machines
      if (isStale || isNew()) void apply()
      const isAsked = (target: Watched) => answersOf(target).owesSince !== undefined
      for (const target of targets.filter(isAsked)) giveUp(target)
      const due = targets.filter((target) => !isAsked(target))
      const owesSince = performance.now()
      for (const target of due) answers.set(keyOf(target), { ...answersOf(target), owesSince })
      // Who cannot be asked is as before.
      const forget = () => {
        for (const target of due) answers.set(keyOf(target), answered(answersOf(target), false, owesSince))
      }
      if (due.length > 0)
        parts.machines
          .use({ workspace, infrastructure, machine: spec.master }, (master) =>
            Promise.all(due.map((target) => ask(target, master))),
          )
          .catch(forget)
    },
  }
}

const keyOf = ({ service, machine }: Pick<Watched, 'service' | 'machine'>) => `${service}@${machine}`

const joined = (one: News, other: News): News => ({
  ejected: [...one.ejected, ...other.ejected],
  restored: [...one.restored, ...other.restored],
})

function targetsOf({ ejected, failing }: WatchedEnvironment, { services, machines }: DeploymentSpec): Watched[] {
  return services.flatMap(({ name: service }) =>
    machines.map((machine) => {
      const isOne = (one: { service: string; machine: string }) => one.service === service && one.machine === machine
      return { service, machine, out: ejected.some(isOne), failing: failing.some(isOne), bad: 0, good: 0 }
    }),
  )
}

interface Asking {
  master: Connected
  there: readonly Machine[]
  held: AbortSignal
}

async function verdictOf(
  spec: DeploymentSpec,
  { service, machine }: Watched,
  { master, there, held }: Asking,
): Promise<Verdict> {
  const { health } = spec.services.find(({ name }) => name === service)!
  const found = there.find(({ name }) => name === machine)
  if (!found || found.id !== spec.ids[machine])
    return { kind: 'wrong', reason: `the machine ${machine} is gone`, sure: true }
  const target = { address: found.address, port: portOf(spec, { name: service }) }
  return check(master, target, health, held).catch((): Verdict => ({ kind: 'unknown' }))
}
