import type { Change, Observed } from '../driver.ts'
import { canonical, type Json, type JsonObject } from '../json.ts'
import type { Infrastructure, Resource } from '../spec/infrastructure.ts'
import { type ResourceType, resourceTypes } from '../spec/types.ts'
import type { PlanInput, PlanningDriver } from './input.ts'
import { isUnknown, resolve } from './resolve.ts'
import type { Owned, Plan, Step } from './types.ts'

/** Fields of a type whose change replaces it, and whether the new one can be made before the old one goes. */
export type Rules = { readonly [T in ResourceType]?: { replace: string[]; createFirst: boolean; once?: string[] } }

const rules: Rules = {
  machine: { replace: ['image', 'vpc'], createFirst: true, once: ['ssh_keys'] },
  volume: { replace: ['filesystem'], createFirst: false },
  vpc: { replace: ['ip_range'], createFirst: false },
  ssh_key: { replace: ['public_key'], createFirst: true },
}

const prices: Partial<Record<ResourceType, number | null>> = {
  machine: 6,
  volume: 1,
  load_balancer: 12,
  snapshot: null,
}

/** The pure parts of a driver for a cloud that keeps specifications as they are. */
export const planningDrivers = (own: Rules = rules): Required<PlanInput['drivers']> =>
  Object.fromEntries(resourceTypes.map((type) => [type, planningDriver(type, own)])) as Record<
    ResourceType,
    PlanningDriver
  >

function planningDriver(type: ResourceType, own: Rules): PlanningDriver {
  return {
    attributes: { id: 'id' },
    holdsData: () => (type === 'volume' ? 'the data on the volume' : undefined),
    price: () => (type in prices ? [{ item: type, monthly: prices[type]! }] : []),
    diff: (want, { live }) => difference(want, live, own[type]),
  }
}

function difference(want: JsonObject, live: JsonObject, rule: Rules[ResourceType]): Change {
  const fields = [...new Set([...Object.keys(want), ...Object.keys(live)])]
    .filter((field) => !rule?.once?.includes(field))
    .filter((field) => canonical(want[field] ?? null) !== canonical(live[field] ?? null))
    .map((field) => {
      const to = want[field] ?? null
      return { field: `/${field}`, from: live[field] ?? null, to: holdsUnknown(to) ? undefined : to }
    })
  if (fields.length === 0) return { kind: 'unchanged' }
  const replaced = fields.filter(({ field }) => rule?.replace.includes(field.slice(1)))
  if (!rule || replaced.length === 0) return { kind: 'update', fields }
  const reason = `${replaced.map(({ field }) => field.slice(1)).join(', ')} cannot change in place`
  return { kind: 'replace', fields, reason, createFirst: rule.createFirst }
}

const holdsUnknown = (value: Json): boolean =>
  typeof value === 'object' && value !== null && (isUnknown(value) || Object.values(value).some(holdsUnknown))

/** A world that executes steps one by one and complains where a cloud would. */
export interface World {
  owned: Owned[]
  observed: Map<string, Observed>
  made: number
}

export const emptyWorld = (): World => ({ owned: [], observed: new Map(), made: 0 })

export const inputFor = (world: World, resources: Resource[], more: Partial<PlanInput> = {}): PlanInput => ({
  kind: 'apply',
  workspace: 'home',
  account: 'memory:default',
  revision: 1,
  description: describe(resources),
  owned: world.owned,
  observed: world.observed,
  drivers: planningDrivers(),
  catalogueDate: '2026-08-21',
  ...more,
})

export const describe = (resources: Resource[]): Infrastructure => ({
  name: 'shop',
  provider: 'memory',
  region: 'nyc3',
  resources,
  tags: {},
})

export const resource = (type: ResourceType, name: string, specifications: JsonObject = {}): Resource => ({
  type,
  name,
  specifications,
})

/** Runs a plan's steps in an order that its edges allow; `pick` chooses among those that are ready. */
export function execute(world: World, { steps }: Plan, pick: (ready: number) => number = () => 0): void {
  const done = new Set<number>()
  while (done.size < steps.length) {
    const ready = steps.filter((step) => !done.has(step.n) && step.dependsOn.every((before) => done.has(before)))
    if (ready.length === 0) throw new Error('the steps wait for each other')
    const step = ready[pick(ready.length)]!
    run(world, step)
    done.add(step.n)
  }
}

export const run = (world: World, step: Step) => (step.action === 'delete' ? remove(world, step) : put(world, step))

function put(world: World, step: Step): void {
  const live = resolve(step.specifications, (name, attribute) => newest(world, name)?.attributes[attribute])
  if (holdsUnknown(live)) throw new Error(`${step.resource}: ${canonical(live)} refers to what is not there`)
  const { resource, type, generation, specifications, needs } = step
  const id = step.action === 'create' ? `${type}-${++world.made}` : step.target!.id
  if (step.action === 'update' && !world.observed.has(id)) throw new Error(`${id} is not there to be updated`)
  const attributes = { id, public_ip: `ip-of-${id}` }
  world.observed.set(id, { id, physicalId: id, name: resource, stamp: undefined, phase: 'ready', attributes, live })
  world.owned = world.owned.filter((owned) => owned.physicalId !== id)
  world.owned.push({ resource, type, generation, id, physicalId: id, specifications, dependsOn: needs })
}

/** What is held by something else cannot go, as in a cloud that refuses to delete a network with members. */
function remove(world: World, { target, gone, resource }: Step): void {
  const { physicalId } = target!
  if (world.observed.has(physicalId) === Boolean(gone)) throw new Error(`${resource} is there, or is not`)
  const holder = [...world.observed.values()].find(
    (other) => other.physicalId !== physicalId && !other.id.startsWith('dns_record') && holds(other.live, physicalId),
  )
  if (holder) throw new Error(`${physicalId} is still held by ${holder.id}`)
  world.observed.delete(physicalId)
  world.owned = world.owned.filter((owned) => owned.physicalId !== physicalId)
}

const holds = (value: Json, id: string): boolean =>
  value === id ||
  (typeof value === 'object' && value !== null && Object.values(value).some((inner) => holds(inner, id)))

const newest = (world: World, name: string) => {
  const lives = world.owned.filter(({ resource }) => resource === name).toSorted((a, b) => b.generation - a.generation)
  return lives[0] && world.observed.get(lives[0].physicalId)
}
