import { digitalOceanPrice } from '../cost/digitalocean.ts'
import { type ChangeRules, difference } from '../difference.ts'
import type { Observed } from '../driver.ts'
import { canonical, type Json, type JsonObject } from '../json.ts'
import { referableAttributes } from '../spec/attributes.ts'
import type { Infrastructure, Resource } from '../spec/infrastructure.ts'
import { type ResourceType, resourceTypes } from '../spec/types.ts'
import type { PlanInput, PlanningDriver } from './input.ts'
import { awaited, resolve } from './resolve.ts'
import type { Owned, Plan, Step } from './types.ts'

const rules: { readonly [T in ResourceType]?: ChangeRules } = {
  machine: {
    fields: {
      image: { replaces: 'another image needs another disk' },
      vpc: { replaces: 'a machine cannot change its network' },
      ssh_keys: { anyWill: 'always' },
      size: { risk: { downtime: 'it is powered off for about a minute' } },
    },
  },
  volume: {
    holds: 'the data on the volume',
    deleteFirst: true,
    fields: { filesystem: { replaces: 'formatting it anew erases the data' }, size_gb: { growsIn: 'GiB' } },
  },
  vpc: { deleteFirst: true, fields: { ip_range: { replaces: 'a network cannot change its range' } } },
  ssh_key: { fields: { public_key: { replaces: 'it is another key' } } },
  snapshot: { fields: { machine: { anyWill: 'always' }, volume: { anyWill: 'always' } } },
}

/** The pure parts of a driver for a cloud that keeps specifications as they are, at DigitalOcean's prices. */
export const planningDrivers = (own = rules): Required<PlanInput['drivers']> =>
  Object.fromEntries(resourceTypes.map((type) => [type, planningDriver(type, own[type])])) as Record<
    ResourceType,
    PlanningDriver
  >

const planningDriver = (type: ResourceType, rule: ChangeRules = { fields: {} }): PlanningDriver => ({
  attributes: referableAttributes[type],
  holdsData: () => rule.holds,
  price: (specifications, region) => digitalOceanPrice(type, specifications, region),
  diff: (want, { live }) => difference(rule, want, live),
})

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
  if (awaited(live).size > 0) throw new Error(`${step.resource}: ${canonical(live)} refers to what is not there`)
  const { resource, type, generation, specifications, needs } = step
  const lost = world.owned.find((owned) => owned.resource === resource && !world.observed.has(owned.physicalId))
  if (lost) throw new Error(`the record of ${lost.physicalId} was not dropped before ${step.action} ${resource}`)
  if (step.replaces === 'delete-first' && newest(world, resource))
    throw new Error(`${resource} comes before its predecessor has gone`)
  const id = step.action === 'create' ? `${type}-${++world.made}` : step.target!.id
  if (step.action === 'update' && !world.observed.has(id)) throw new Error(`${id} is not there to be updated`)
  const attributes = { id, public_ip: `ip-of-${id}` }
  world.observed.set(id, { id, physicalId: id, name: resource, stamp: undefined, phase: 'ready', attributes, live })
  world.owned = world.owned.filter((owned) => owned.physicalId !== id)
  world.owned.push({ resource, type, generation, id, physicalId: id, specifications, dependsOn: needs })
}

/** What is held by something else cannot go, as in a cloud that refuses to delete a network with members. */
function remove(world: World, { target, gone, resource, replaces }: Step): void {
  const { physicalId } = target!
  if (replaces === 'create-first' && newest(world, resource)?.physicalId === physicalId)
    throw new Error(`${resource} goes before its successor is there`)
  if (world.observed.has(physicalId) === Boolean(gone)) throw new Error(`${resource} is there, or is not`)
  const holder = [...world.observed.values()].find(
    (other) => other.physicalId !== physicalId && !other.id.startsWith('dns_record') && holds(other.live, physicalId),
  )
  if (holder && !gone) throw new Error(`${physicalId} is still held by ${holder.id}`)
  world.observed.delete(physicalId)
  world.owned = world.owned.filter((owned) => owned.physicalId !== physicalId)
}

const holds = (value: Json, id: string): boolean =>
  value === id ||
  (typeof value === 'object' && value !== null && Object.values(value).some((inner) => holds(inner, id)))

export const newest = (world: World, name: string) => {
  const lives = world.owned.filter(({ resource }) => resource === name).toSorted((a, b) => b.generation - a.generation)
  return lives[0] && world.observed.get(lives[0].physicalId)
}
