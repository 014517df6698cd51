import type { JsonObject, Work } from '@atlas/core'
import type { Site } from '../proxies/proxy.ts'
import type { DeployInput, DeploymentSpec, Machine } from './input.ts'
import { portOf, siteOf } from './site.ts'

/**
 * The steps of a deploy, in this order:
 *
 *   fetch → deliver on each machine → start beside the old → probe → switch, once all are healthy
 *   → drain → stop the old → prune; tag, where the release is new
 *
 * and, only where traffic was not moved: restore the old route → withdraw what was started.
 */
export function workOf(input: DeployInput, spec: DeploymentSpec): Work[] {
  const draft = drafts(input, spec)
  const source = draft('fetch', 'source', 'prepare', `${input.project}@${short(input)}`, [], {
    reason: `${input.release.tag} is commit ${short(input)} of ${input.release.source.url}`,
    specifications: { source: input.release.source, tag: isNew(input) ? input.release.tag : null },
  })
  const healthy = input.webs.flatMap((machine) => begin(draft, input, spec, machine, source))
  const moved = move(draft, input, spec, healthy)
  finish(draft, input, spec, moved)
  withdraw(draft, input)
  return draft.made
}

type Draft = ReturnType<typeof drafts>

/** Adds a step and returns its number. */
function drafts({ project, environment, release, services, serving }: DeployInput, { slot }: DeploymentSpec) {
  const made: Work[] = []
  const platforms = [...new Set([...services, ...(serving?.spec.services ?? [])].map(({ platform }) => platform))]
  const place = { project, environment, release: release.tag, slot, platforms }
  const add = (
    action: Work['action'],
    type: Work['type'],
    phase: Work['phase'],
    resource: string,
    dependsOn: number[],
    { reason, specifications = {} }: { reason: string; specifications?: object },
  ): number => {
    const n = made.length
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
const short = ({ release }: DeployInput) => release.source.commit.slice(0, 10)
const isNew = ({ kind }: DeployInput) => kind === 'deploy'
const laneName = ({ project, environment }: DeployInput) => `${project}/${environment}`

/** On one machine, up to healthy. Returns its probes. */
function begin(draft: Draft, input: DeployInput, spec: DeploymentSpec, machine: Machine, source: number): number[] {
  const at = { machine: machine.name, address: machine.address }
  const { commit, url } = input.release.source
  const delivered = draft('deliver', 'release', 'prepare', `${laneName(input)}@${machine.name}`, [source], {
    reason: `${input.release.tag} is to run on ${machine.name}`,
    specifications: { ...at, source: { url, commit } },
  })
  return input.services.map((service) => {
    const resource = `${laneName(input)}/${service.name}@${machine.name}`
    const port = portOf(spec, service)
    const started = draft('start', 'service', 'prepare', resource, [delivered], {
      reason: `beside what runs now, on port ${port}`,
      specifications: { ...at, service, port },
    })
    return draft('probe', 'service', 'prepare', resource, [started], {
      reason: `traffic moves only when ${service.health.path} answers`,
      specifications: { ...at, service, port, master: input.master.name },
    })
  })
}

function move(draft: Draft, input: DeployInput, spec: DeploymentSpec, healthy: number[]): number {
  const { serving, master, release, webs } = input
  return draft('switch', 'route', 'switch', `${laneName(input)}@${master.name}`, healthy, {
    reason: serving ? `from ${serving.release} to ${release.tag}` : `${release.tag} is the first release`,
    specifications: { machine: master.name, site: siteOf(input, spec, webs) },
  })
}

function finish(draft: Draft, input: DeployInput, spec: DeploymentSpec, moved: number): void {
  const { serving, master, webs, release } = input
  const keep = kept(input)
  if (isNew(input))
    draft('tag', 'source', 'finish', `${input.project}@${release.tag}`, [moved], {
      reason: 'what was proven is found again by its tag',
      specifications: { source: release.source, tag: release.tag },
    })
  const seconds = Math.max(0, ...(serving?.spec.services ?? []).map(({ drain_s }) => drain_s))
  const drained = serving
    ? draft('drain', 'route', 'finish', `${laneName(input)}@${master.name}`, [moved], {
        reason: `requests to ${serving.release} may end, for ${seconds} s at most`,
        specifications: { machine: master.name, seconds },
      })
    : moved
  const machines = new Set([...webs.map(({ name }) => name), ...(serving?.spec.machines ?? [])])
  for (const machine of machines) {
    const stays = spec.machines.includes(machine)
    const resource = `${laneName(input)}@${machine}`
    const stopped = draft('stop', 'service', 'finish', resource, [drained], {
      reason: serving ? `${serving.release} serves no longer` : 'nothing else of it may run',
      specifications: { machine, stays: stays ? spec.slot : null },
    })
    draft('prune', 'release', 'finish', resource, [stopped], {
      reason: `${keep.length} earlier ${keep.length === 1 ? 'release stays' : 'releases stay'} for a way back`,
      specifications: { machine, keep: stays ? [...keep, release.tag] : [] },
    })
  }
}

/** What serves now is the first to go back to. */
const kept = ({ serving, keep }: DeployInput) => [...new Set([...(serving ? [serving.release] : []), ...keep])]

function withdraw(draft: Draft, input: DeployInput): void {
  const { serving, master, webs } = input
  const old = serving && siteOf(input, serving.spec, addressed(webs, serving.spec.machines))
  const restored = draft('restore', 'route', 'withdraw', `${laneName(input)}@${master.name}`, [], {
    reason: 'traffic must not point at what is taken away',
    specifications: { machine: master.name, site: old ?? emptySite(input) },
  })
  for (const { name } of webs)
    draft('withdraw', 'service', 'withdraw', `${laneName(input)}@${name}`, [restored], {
      reason: 'nothing half-started stays',
      specifications: { machine: name, stays: serving?.spec.slot ?? null, keep: kept(input) },
    })
}

const emptySite = ({ project, environment }: DeployInput): Site => ({ project, environment, routes: [] })

const addressed = (webs: readonly Machine[], names: readonly string[]) =>
  webs.filter(({ name }) => names.includes(name))
