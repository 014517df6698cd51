import type { JsonObject, Work } from '@atlas/core'
import type { Place } from '../platforms/platform.ts'
import { defaultLimits, type Host, type Site } from '../proxies/proxy.ts'
import type { Address, DeployInput, DeploymentSpec, Machine, Service, Serving } from './input.ts'
import { isChanged, ranOn, runsAlready } from './running.ts'
import { hostsOf, portOf, siteOf } from './site.ts'

/**
 * The steps of a deploy, in this order:
 *
 *   fetch → build, where images are run → deliver on each machine → start beside the old → probe
 *   → once all are healthy: release commands → switch → drain → stop the old → prune; tag, where the release is new
 *
 * Services of which nothing changed go on as they are: they are neither delivered nor started nor probed.
 *
 * and, only where traffic was not moved: restore the old route → withdraw what was started.
 */
export function workOf(input: DeployInput, spec: DeploymentSpec): Work[] {
  const draft = drafts(input, [])
  const source = draft('fetch', 'source', 'prepare', `${input.project}@${short(input)}`, [], {
    reason: `${input.release.tag} is commit ${short(input)} of ${input.release.source.url}`,
    specifications: { source: input.release.source, tag: isNew(input) ? input.release.tag : null },
  })
  const built = builds(draft, input, spec, source)
  const after = [source, ...built]
  const healthy = input.webs.flatMap((machine) => begin(draft, input, spec, { ...machine, after }))
  const ready = releaseCommands(draft, input, spec, healthy)
  const moved = move(draft, input, spec, ready)
  finish(draft, input, spec, moved)
  withdraw(draft, input)
  return draft.made
}

type Draft = ReturnType<typeof drafts>

/** What the steps of one environment are made from, whether a release comes to it or machines do. */
export type Lane = Pick<
  DeployInput,
  'kind' | 'project' | 'environment' | 'release' | 'services' | 'serving' | 'keep' | 'cluster'
> & {
  /** Of the environment, where the plan's own is that of the machines. */
  turn?: number
  /** Machines that ran it until now, where they are not those of `serving`. */
  before?: readonly string[]
}

/** Adds a step to `made` and returns its number; `first` is the number of the first. */
export function drafts(lane: Lane, made: Work[], first = 0) {
  const { project, environment, release, services, serving, turn, cluster } = lane
  const platforms = [...new Set([...services, ...(serving?.spec.services ?? [])].map(({ platform }) => platform))]
  const place = { project, environment, release: release.tag, platforms, turn, cluster }
  const add = (
    action: Work['action'],
    type: Work['type'],
    phase: Work['phase'],
    resource: string,
    dependsOn: number[],
    { reason, specifications = {} }: { reason: string; specifications?: object },
  ): number => {
    const n = first + made.length
    made.push({
      n,
      action,
      resource,
      type,
      phase,
      reason,
      dependsOn,
      specifications: json({ ...place, ...specifications }),
    })
    return n
  }
  return Object.assign(add, { made })
}

const json = (value: object) => JSON.parse(JSON.stringify(value)) as JsonObject
export const short = ({ release }: Pick<Lane, 'release'>) => release.source.commit.slice(0, 10)
const isNew = ({ kind }: Lane) => kind === 'deploy'
export const laneName = ({ project, environment }: Pick<Lane, 'project' | 'environment'>) => `${project}/${environment}`

/** A machine, and the steps before which nothing is done on it. */
export interface Ready extends Machine<Address> {
  after: number[]
  /** It has just started, and may not answer yet. */
  fresh?: boolean
}

const builderOf = ({ builder, webs }: DeployInput) => builder ?? webs[0]!.name

/** Images of what has none yet, each built once for all machines. */
function builds(draft: Draft, input: DeployInput, spec: DeploymentSpec, source: number): number[] {
  const starts = ({ name }: Service) => input.webs.some((machine) => !runsAlready(input, spec, { name }, machine))
  const machine = builderOf(input)
  return input.services
    .filter((service) => service.containerfile !== undefined && service.image === undefined && starts(service))
    .map((service) =>
      draft('build', 'release', 'prepare', `${input.project}/${service.name}@${machine}`, [source], {
        reason: `${service.containerfile} of ${short(input)} is built once, and every machine runs that image`,
        specifications: { machine, service, source: input.release.source },
      }),
    )
}

/** Where an image may be found: where it was built, and where it runs. */
function elsewhereOf({ serving, before = [] }: Lane, { builder, machines }: DeploymentSpec, own: string): string[] {
  const all = new Set([...(builder ? [builder] : []), ...before, ...(serving?.spec.machines ?? []), ...machines])
  return [...all].filter((name) => name !== own)
}

/** On one machine, up to healthy. Returns what must be done before traffic moves. */
export function begin(
  draft: Draft,
  input: Lane & { master: Pick<Machine, 'name'> },
  spec: DeploymentSpec,
  machine: Ready,
): number[] {
  const at = { machine: machine.name, address: machine.address, fresh: machine.fresh }
  const { commit, url } = input.release.source
  const services = input.services.filter((service) => !runsAlready(input, spec, service, machine))
  if (services.length === 0) return machine.after
  const delivered = new Map<string, number>()
  // On a new machine, a service that stays elsewhere starts from the release that it runs from there.
  for (const release of new Set(services.map(({ name }) => spec.running[name]!.release)))
    delivered.set(
      release,
      draft('deliver', 'release', 'prepare', `${laneName(input)}@${machine.name}`, machine.after, {
        reason: `${release} is to run on ${machine.name}`,
        specifications: {
          ...at,
          release,
          source: { url, commit },
          services: services.filter(({ name }) => spec.running[name]!.release === release),
          elsewhere: elsewhereOf(input, spec, machine.name),
        },
      }),
    )
  return services.map((service) => {
    const resource = `${laneName(input)}/${service.name}@${machine.name}`
    const { slot, release } = spec.running[service.name]!
    const instance = { ...at, service, release, slot, port: portOf(spec, service) }
    const started = draft('start', 'service', 'prepare', resource, [delivered.get(release)!], {
      reason: startingOf(input, instance.port),
      specifications: instance,
    })
    return draft('probe', 'service', 'prepare', resource, [started], {
      reason: `traffic moves only when ${service.health.path} answers`,
      specifications: { ...instance, master: input.master.name },
    })
  })
}

function startingOf({ kind, cluster }: Lane, port: number): string {
  const beside = kind === 'place' ? [] : ['beside what runs now']
  return [...beside, ...(cluster ? [] : [`on port ${port}`])].join(', ')
}

/**
 * One after the other, so that two services may change the same database. A way back runs none: what was made for a later
 * release is not unmade by the command of an earlier one, and most tools refuse to try. Where only secrets are renewed, it
 * has run already.
 */
function releaseCommands(draft: Draft, input: DeployInput, spec: DeploymentSpec, healthy: number[]): number[] {
  if (input.kind === 'rollback' || input.kind === 'redeploy') return healthy
  const [machine] = input.webs
  let before = healthy
  for (const service of input.services) {
    if (!service.release || !isChanged(input, spec, service)) continue
    const resource = `${laneName(input)}/${service.name}@${machine!.name}`
    const done = draft('once', 'service', 'prepare', resource, before, {
      reason: `"${service.release.command}" runs once before traffic moves`,
      specifications: { machine: machine!.name, service },
    })
    before = [done]
  }
  return before
}

function move(draft: Draft, input: DeployInput, spec: DeploymentSpec, healthy: number[]): number {
  const { serving, master, release, webs } = input
  return draft('switch', 'route', 'switch', `${laneName(input)}@${master.name}`, healthy, {
    reason: reasonToMove(serving?.release, release.tag),
    specifications: { machine: master.name, ...routeOf(input, spec, webs) },
  })
}

function reasonToMove(from: string | undefined, to: string): string {
  if (from === to) return `to the new instances of ${to}`
  return from === undefined ? `${to} is the first release` : `from ${from} to ${to}`
}

function finish(draft: Draft, input: DeployInput, spec: DeploymentSpec, moved: number): void {
  const { serving, master, webs, release } = input
  const keep = kept(input, spec).filter((tag) => tag !== release.tag)
  if (isNew(input))
    draft('tag', 'source', 'finish', `${input.project}@${release.tag}`, [moved], {
      reason: 'what was proven is found again by its tag',
      specifications: { source: release.source, tag: release.tag },
    })
  const leaving = serving ? leavingOf(serving.spec, spec) : []
  const seconds = Math.max(0, ...leaving.map(({ drain_s }) => drain_s))
  const drained = serving
    ? draft('drain', 'route', 'finish', `${laneName(input)}@${master.name}`, [moved], {
        reason: `requests to ${serving.release} may end, for ${seconds} s at most`,
        specifications: { machine: master.name, seconds, ...(input.cluster && routeOf(input, spec, webs)) },
      })
    : moved
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

export const placesOf = ({ running }: DeploymentSpec): Place[] =>
  Object.entries(running).map(([service, { slot }]) => ({ service, slot }))

function withdraw(draft: Draft, input: DeployInput): void {
  const { serving, master, webs } = input
  const old = serving && routeOf(input, serving.spec, addressed(webs, serving.spec.machines))
  const restored = draft('restore', 'route', 'withdraw', `${laneName(input)}@${master.name}`, [], {
    reason: 'traffic must not point at what is taken away',
    specifications: { machine: master.name, ...(old ?? noRoute(input)) },
  })
  for (const { name, id } of webs) {
    const stays = serving && ranOn(serving, { name, id }) ? placesOf(serving.spec) : []
    draft('withdraw', 'service', 'withdraw', `${laneName(input)}@${name}`, [restored], {
      reason: 'nothing half-started stays',
      specifications: { machine: name, stays, keep: kept(input, serving?.spec) },
    })
  }
}

export const emptySite = ({ project, environment }: Lane): Site => {
  return { project, environment, hosts: [], limits: defaultLimits, routes: [] }
}

/** Where requests are to go: to ports of machines, or to slots of a cluster. */
type Route = { site: Site } | { traffic: Place[]; hosts: Host[] }

const routeOf = (input: DeployInput, spec: DeploymentSpec, machines: readonly Machine[]): Route =>
  input.cluster ? { traffic: placesOf(spec), hosts: hostsOf(spec) } : { site: siteOf(input, spec, machines) }

const noRoute = (input: DeployInput): Route => (input.cluster ? { traffic: [], hosts: [] } : { site: emptySite(input) })

const addressed = (webs: readonly Machine[], names: readonly string[]) =>
  webs.filter(({ name }) => names.includes(name))
