import { type Draft, isTagged, type Lane, laneName } from './draft.ts'
import type { DeployInput, DeploymentSpec, Service, Serving } from './input.ts'
import { abandoned, doorOf, placesOf, routeOf, wayBack } from './route.ts'
import { ranOn } from './running.ts'

interface Finishing {
  draft: Draft
  input: DeployInput
  spec: DeploymentSpec
  moved: number
}

/** Behind the moment when traffic moved. */
export function finish(draft: Draft, input: DeployInput, spec: DeploymentSpec, moved: number): void {
  const { serving, webs, release } = input
  const keep = kept(input, spec).filter((tag) => tag !== release.tag)
  if (isTagged(input))
    draft('tag', 'source', 'finish', `${input.project}@${release.tag}`, [moved], {
      reason: 'what was proven is found again by its tag',
      specifications: { source: release.source, tag: release.tag },
    })
  const leaving = serving ? leavingOf(serving.spec, spec) : []
  const drained = serving ? drain({ draft, input, spec, moved }, serving, leaving) : moved
  const machines = new Set([...webs.map(({ name }) => name), ...(serving?.spec.machines ?? [])])
  for (const machine of machines) {
    const stays = spec.machines.includes(machine)
    const resource = `${laneName(input)}@${machine}`
    const stopped = draft('stop', 'service', 'finish', resource, [drained], {
      reason: serving && leaving.length > 0 ? endingOf(serving, leaving) : 'nothing else of it may run',
      specifications: { machine, stays: stays ? placesOf(spec) : [] },
    })
    draft('prune', 'release', 'finish', resource, [stopped], {
      reason: `${keep.length} earlier ${keep.length === 1 ? 'release stays' : 'releases stay'} for a way back`,
      specifications: { machine, keep: stays ? [...keep, release.tag] : [] },
    })
  }
  const { builder } = spec
  if (builder !== undefined && !machines.has(builder))
    draft('prune', 'release', 'finish', `${laneName(input)}@${builder}`, [moved], {
      reason: 'it builds images, and keeps those of releases that stay',
      specifications: { machine: builder, keep: [...keep, release.tag] },
    })
}

/** At the former door, where requests come to another now: nobody is sent through it any more to what is about to end. */
function drain({ draft, input, spec, moved }: Finishing, serving: Serving, leaving: readonly Service[]): number {
  const left = abandoned(input, serving.spec, spec)
  const { master, proxy, balancers } = left ? serving.spec : spec
  const here = `${laneName(input)}@${doorOf(left ? serving.spec : spec)}`
  const closed = left
    ? draft('switch', 'route', 'finish', here, [moved], {
        reason: `requests come to ${doorOf(spec)} from now on`,
        specifications: { machine: master, proxy, ...left },
      })
    : moved
  const seconds = Math.max(0, ...leaving.map(({ drain_s }) => drain_s))
  return draft('drain', 'route', 'finish', here, [closed], {
    reason: `requests to ${serving.release} may end, for ${seconds} s at most`,
    specifications: {
      machine: master,
      proxy,
      seconds,
      ...(input.cluster && routeOf(input, spec, input.webs)),
      ...(balancers && { aims: [] }),
    },
  })
}

/** What serves now is the first to go back to. What runs needs the release that it was started from, however old. */
export function kept({ serving, keep }: Pick<Lane, 'serving' | 'keep'>, spec: DeploymentSpec | undefined): string[] {
  const needed = Object.values(spec?.running ?? {}).map(({ release }) => release)
  return [...new Set([...(serving ? [serving.release] : []), ...keep, ...needed])]
}

/** Services of which an instance is to end, on whatever machine. */
const leavingOf = (now: DeploymentSpec, next: DeploymentSpec): Service[] =>
  now.services.filter(
    ({ name }) =>
      now.running[name]?.version !== next.running[name]?.version ||
      now.running[name]?.slot !== next.running[name]?.slot ||
      now.machines.some((machine) => !next.machines.includes(machine)),
  )

function endingOf({ release, spec }: Serving, leaving: readonly Service[]): string {
  const some = leaving.length < spec.services.length ? `${leaving.map(({ name }) => name).join(', ')} of ` : ''
  return `${some}${release} serves no longer`
}

/** Only where traffic was not moved. */
export function withdraw(draft: Draft, input: DeployInput, spec: DeploymentSpec): void {
  const { serving, master, webs } = input
  const stay = webs.filter(({ name }) => serving?.spec.machines.includes(name))
  const restored = draft('restore', 'route', 'withdraw', `${laneName(input)}@${doorOf(spec)}`, [], {
    reason: 'traffic must not point at what is taken away',
    specifications: { machine: master.name, ...wayBack(input, spec, stay) },
  })
  for (const { name, id } of webs) {
    const stays = serving && ranOn(serving, { name, id }) ? placesOf(serving.spec) : []
    draft('withdraw', 'service', 'withdraw', `${laneName(input)}@${name}`, [restored], {
      reason: 'nothing half-started stays',
      specifications: { machine: name, stays, keep: kept(input, serving?.spec) },
    })
  }
}
