import { allSteps, hashOf, type JsonObject, type Placed, type Plan, type Step, type Work } from '@atlas/core'
import { drafts, type Lane, laneName, short } from './draft.ts'
import { kept } from './finish.ts'
import type { Address, DeploymentSpec, Machine } from './input.ts'
import { begin, type Ready } from './prepare.ts'
import { doorOf, noRoute, routeTo } from './route.ts'
import { ranOn } from './running.ts'

/** An environment that is served, and the machines that it shall have. */
export interface Tenant extends Omit<Lane, 'kind' | 'services' | 'serving' | 'turn'> {
  revision: number
  environmentVersion: string
  spec: DeploymentSpec
  /** Names. A project that is in the description no more has none. */
  wanted: { master: string; webs: string[] } | undefined
}

/** Machines as they are now, by name. */
export type Known = ReadonlyMap<string, Machine>

/**
 * A plan that changes machines, with what that means for what is deployed on them: machines that are new, made anew or
 * restarted get what serves now and are probed; then traffic moves in all environments; then what it left ends, and only
 * then machines go. Pure; the plan stays as it is where nothing deployed is concerned.
 */
export function planPlacement(plan: Plan, tenants: readonly Tenant[], known: Known): Plan {
  const moving = tenants.filter((tenant) => isMoved(plan, tenant, known))
  if (moving.length === 0) return plan
  const made: Work[] = []
  const lanes = moving.map((tenant) => laneOf(plan, tenant, known, made))
  const healthy = lanes.flatMap((lane) => lane.start())
  const moved = lanes.map((lane) => lane.move(healthy))
  const left = lanes.map((lane) => lane.leave(moved))
  for (const lane of lanes) lane.withdraw()
  const steps = waiting(plan.steps, made, left)
  const { hash: _, ...rest } = plan
  const unhashed = { ...rest, steps, work: made, placed: lanes.map(({ placed }) => placed) }
  return { ...unhashed, hash: hashOf(unhashed) }
}

/** It shall run on other machines, or one of its machines will have nothing on it. */
function isMoved(plan: Plan, { spec, wanted }: Tenant, known: Known): boolean {
  if (!wanted) return known.has(spec.master)
  const machines = [...new Set([wanted.master, ...wanted.webs])]
  return (
    wanted.master !== spec.master ||
    wanted.webs.join() !== spec.machines.join() ||
    machines.some((name) => isFresh(plan, name) || known.get(name)?.id !== spec.ids[name]) ||
    balancersMade(plan, spec).length > 0
  )
}

const stepsOf = (plan: Plan, name: string): Step[] =>
  plan.steps.filter(({ resource, type }) => type === 'machine' && resource === name)

/** Load balancers that are made anew send nowhere. */
const balancersMade = (plan: Plan, { balancers = {} }: DeploymentSpec): Step[] =>
  plan.steps.filter(
    ({ resource, type, action }) =>
      type === 'load_balancer' && action === 'create' && Object.values(balancers).includes(resource),
  )

const isGone = ({ gone }: Step) => gone === true

/** What runs on it does not outlive that. */
const isFresh = (plan: Plan, name: string): boolean =>
  stepsOf(plan, name).some(({ action, risk }) => action === 'create' || (action === 'update' && risk.downtime))

function machineOf(plan: Plan, name: string, known: Known): Ready {
  const making = stepsOf(plan, name).filter(({ action }) => action === 'create' || action === 'update')
  const isNew = making.some(({ action }) => action === 'create')
  const there = known.get(name)
  const address: Address = isNew || !there ? { $after: `${name}.private_ip` } : there.address
  const fresh = isFresh(plan, name)
  return { name, id: isNew ? '' : (there?.id ?? ''), address, after: making.map(({ n }) => n), ...(fresh && { fresh }) }
}

/** What is left of an environment: steps on each machine after which nothing of it is needed there. */
type Left = ReadonlyMap<string, number>

function laneOf(plan: Plan, tenant: Tenant, known: Known, made: Work[]) {
  const { spec, release, wanted } = tenant
  const lane = {
    ...tenant,
    ...(spec.proxy && { proxy: spec.proxy }),
    kind: 'place' as const,
    services: spec.services,
    turn: tenant.revision,
    serving: undefined,
  }
  const draft = drafts(lane, made, plan.steps.length)
  const before = spec.machines.flatMap((name) => known.get(name) ?? [])
  const webs = (wanted?.webs ?? []).map((name) => machineOf(plan, name, known))
  const master = machineOf(plan, wanted?.master ?? spec.master, known)
  const balancers = balancersMade(plan, spec)
  const next: DeploymentSpec = {
    ...spec,
    master: master.name,
    machines: webs.map(({ name }) => name),
    ids: Object.fromEntries([
      ...[master, ...webs].flatMap(({ name, id }) => (id ? [[name, id]] : [])),
      ...Object.values(spec.balancers ?? {}).flatMap((name) =>
        balancers.some(({ resource }) => resource === name) ? [] : [[name, spec.ids[name]]],
      ),
    ]),
  }
  // The master has an id there too, also where nothing runs on it.
  const arriving = webs.filter((machine) => machine.fresh || !ranOn({ spec }, machine))
  const leaving = before.filter(({ name }) => !next.machines.includes(name) && !stepsOf(plan, name).some(isGone))
  const here = `${laneName(tenant)}@${doorOf(next)}`
  return {
    placed: placedOf(tenant, next),

    start(): number[] {
      if (arriving.length === 0) return []
      const source = draft('fetch', 'source', 'prepare', `${tenant.project}@${short(tenant)}`, [], {
        reason: `${release.tag} comes to ${arriving.map(({ name }) => name).join(', ')}`,
        specifications: { source: release.source, tag: null },
      })
      return arriving.flatMap((machine) =>
        begin(draft, { ...lane, master, before: spec.machines }, next, {
          ...machine,
          after: [source, ...machine.after],
        }),
      )
    },

    move: (healthy: readonly number[]): number =>
      draft(
        'switch',
        'route',
        'switch',
        here,
        [...new Set([...healthy, ...master.after, ...balancers.map(({ n }) => n)])],
        {
          reason: webs.length > 0 ? `to ${webs.map(({ name }) => name).join(', ')}` : 'it has no machine any more',
          specifications: { machine: master.name, ...(wanted ? routeTo(tenant, next, webs) : noRoute(lane, next)) },
        },
      ),

    leave(moved: readonly number[]): Left {
      const anew = arriving.filter(({ name }) => spec.machines.includes(name))
      if (leaving.length === 0 && anew.length === 0) return new Map()
      const seconds = Math.max(0, ...spec.services.map(({ drain_s }) => drain_s))
      const drained = draft('drain', 'route', 'finish', here, [...moved], {
        reason: `requests on their way may end, for ${seconds} s at most`,
        specifications: { machine: master.name, seconds, ...(spec.balancers && { aims: [] }) },
      })
      const left = leaving.map(({ name }): [string, number] => {
        const resource = `${laneName(tenant)}@${name}`
        const stopped = draft('stop', 'service', 'finish', resource, [drained], {
          reason: `${release.tag} is not to run on ${name} any more`,
          specifications: { machine: name, stays: [] },
        })
        const pruned = draft('prune', 'release', 'finish', resource, [stopped], {
          reason: 'nothing of it stays there',
          specifications: { machine: name, keep: [] },
        })
        return [name, pruned]
      })
      const others = [...anew.map(({ name }) => name), spec.master].map((name): [string, number] => [name, drained])
      return new Map([...others, ...left])
    },

    withdraw(): void {
      const restored = draft('restore', 'route', 'withdraw', here, [], {
        reason: 'traffic must not point at what is taken away',
        specifications: { machine: master.name, ...routeTo(tenant, spec, before) },
      })
      for (const { name } of arriving.filter((machine) => !spec.machines.includes(machine.name)))
        draft('withdraw', 'service', 'withdraw', `${laneName(tenant)}@${name}`, [restored], {
          reason: 'nothing half-started stays',
          specifications: { machine: name, stays: [], keep: kept(lane, spec) },
        })
    },
  }
}

const placedOf = ({ project, environment, release, environmentVersion, revision }: Tenant, spec: DeploymentSpec) =>
  ({
    kind: 'place',
    project,
    environment,
    release: release.tag,
    from: release.tag,
    version: release.version,
    source: release.source,
    environmentVersion,
    spec: spec as unknown as JsonObject,
    revision,
  }) satisfies Placed

/** A machine is deleted only once nobody's traffic goes there; unless its successor waits for that very deletion. */
function waiting(steps: readonly Step[], work: readonly Work[], left: readonly Left[]): Step[] {
  const all = allSteps({ steps, work: [...work] })
  return steps.map((step) => {
    if (step.type !== 'machine' || step.action !== 'delete') return step
    const after = left.flatMap((one) => one.get(step.resource) ?? [])
    const possible = after.filter((n) => !isBefore(all, step.n, n))
    return { ...step, dependsOn: [...new Set([...step.dependsOn, ...possible])] }
  })
}

function isBefore(all: readonly Pick<Step, 'dependsOn'>[], n: number, last: number): boolean {
  const seen = new Set([last])
  for (const one of seen) for (const needed of all[one]!.dependsOn) seen.add(needed)
  return seen.has(n)
}
