import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChangeRules } from '../difference.ts'
import type { JsonObject } from '../json.ts'
import type { Resource } from '../spec/infrastructure.ts'
import type { ResourceType } from '../spec/types.ts'
import { plan } from './plan.ts'
import { resolve } from './resolve.ts'
import { emptyWorld, execute, inputFor, newest, planningDrivers, resource, run, type World } from './world.fixture.ts'

// Small worlds of few names, so that descriptions share them and references turn round between one and the next.
const names = ['a', 'b', 'c', 'd', 'e', 'f']
const types: ResourceType[] = ['vpc', 'machine', 'volume', 'firewall', 'dns_record']

/** Specifications of a type; `ref` gives a reference to something earlier, or nothing. */
const shapes: {
  readonly [T in ResourceType]?: (pick: number, ref: (n: number) => JsonObject | undefined) => JsonObject
} = {
  vpc: (pick) => ({ ip_range: `10.${pick}.0.0/16` }),
  machine: (pick, ref) => optional({ size: `s-${pick}`, image: `i-${pick >> 1}` }, { vpc: ref(0), user_data: ref(1) }),
  volume: (pick, ref) => optional({ size_gb: 10 + pick, filesystem: pick % 2 ? 'xfs' : 'ext4' }, { machine: ref(0) }),
  firewall: (_, ref) => ({ machines: [ref(0), ref(1), ref(2)].filter((one) => one !== undefined) }),
  dns_record: (pick, ref) => ({ domain: 'example.com', type: 'A', name: `n${pick}`, data: ref(0) ?? '10.0.0.1' }),
}

const optional = (fields: JsonObject, more: Record<string, JsonObject | undefined>): JsonObject => ({
  ...fields,
  ...Object.fromEntries(Object.entries(more).flatMap(([key, value]) => (value ? [[key, value]] : []))),
})

/**
 * A description: some of the names in some order, each referring only to those before it, then shuffled. A name mostly
 * keeps its type, so that updates and replacements meet.
 */
const description = fc
  .tuple(
    fc.shuffledSubarray(names, { minLength: 2 }),
    fc.array(fc.nat(999), { minLength: 24, maxLength: 24 }),
    fc.nat(999),
  )
  .map(([order, dice, turn]) => {
    const resources = order.map((name, at): Resource => {
      const [kind, pick, ...targets] = dice.slice(at * 4, at * 4 + 4) as [number, number, ...number[]]
      const type = types[(names.indexOf(name) + (kind % 8 === 0 ? 1 : 0)) % types.length]!
      const ref = (n: number) => {
        const target = order[(targets[n % 2]! + n) % (at + 2)]
        return target === undefined || order.indexOf(target) >= at ? undefined : { ref: `${target}.id` }
      }
      return resource(type, name, shapes[type]!(pick % 4, ref))
    })
    return resources.toSorted((a, b) => hash(a.name, turn) - hash(b.name, turn))
  })

const hash = (name: string, turn: number) => (name.charCodeAt(0) * 7919 * (turn + 1)) % 101

/** What a cloud can change in place, and what must go before it can come again. */
const rules = fc
  .record(
    Object.fromEntries(
      types.map((type) => [
        type,
        fc.record({
          deleteFirst: fc.boolean(),
          replaced: fc.subarray(['ip_range', 'image', 'vpc', 'user_data', 'machine', 'machines', 'filesystem', 'data']),
        }),
      ]),
    ),
  )
  .map((all) =>
    Object.fromEntries(
      Object.entries(all).map(([type, { deleteFirst, replaced }]): [string, ChangeRules] => [
        type,
        {
          ...(deleteFirst && { deleteFirst }),
          fields: Object.fromEntries(replaced.map((field) => [field, { replaces: `another ${field}` }])),
        },
      ]),
    ),
  )

const situation = fc.record({ rules, before: description, after: description, dice: fc.infiniteStream(fc.nat(999)) })
// Enough to see each of them fail when an edge is left out; `ATLAS_WORLDS=30000` looks for rarer ones (a minute).
const runs = { numRuns: Number(process.env.ATLAS_WORLDS ?? 300) }
const patience = { timeout: 600_000 }

type Situation = typeof situation extends fc.Arbitrary<infer Value> ? Value : never

/** Brings descriptions about one after the other, choosing at random among the steps that may run. */
function worldOf({ rules, before, dice }: Situation) {
  const drivers = planningDrivers(rules)
  const pick = (ready: number) => dice.next().value! % ready
  const world = emptyWorld()
  execute(world, plan(inputFor(world, before, { drivers })), pick)
  return { world, drivers, pick }
}

function expectDescribed(world: World, resources: readonly Resource[]) {
  expect(world.owned.map((owned) => owned.resource).toSorted()).toEqual(resources.map(({ name }) => name).toSorted())
  for (const { name, type, specifications } of resources) {
    const want = resolve(specifications, (other, attribute) => newest(world, other)?.attributes[attribute])
    expect([type, newest(world, name)?.live]).toEqual([type, want])
  }
}

test(
  'whatever the order that the edges allow, a plan brings exactly the description about, and then there is nothing to do',
  patience,
  () => {
    fc.assert(
      fc.property(situation, (given) => {
        const { world, drivers, pick } = worldOf(given)
        execute(world, plan(inputFor(world, given.after, { drivers })), pick)
        expectDescribed(world, given.after)
        expect(plan(inputFor(world, given.after, { drivers })).steps).toEqual([])
      }),
      runs,
    )
  },
)

test(
  'a plan stopped anywhere, and a cloud where someone deleted things by hand, are brought to the description',
  patience,
  () => {
    fc.assert(
      fc.property(situation, fc.nat(20), fc.nat(5), (given, stopAfter, loss) => {
        const { world, drivers, pick } = worldOf(given)
        for (const step of plan(inputFor(world, given.after, { drivers })).steps.slice(0, stopAfter)) run(world, step)
        const victim = world.owned[loss]
        if (victim) world.observed.delete(victim.physicalId)
        execute(world, plan(inputFor(world, given.after, { drivers })), pick)
        expectDescribed(world, given.after)
      }),
      runs,
    )
  },
)

test('destroying and planning from nothing undo each other', patience, () => {
  fc.assert(
    fc.property(situation, (given) => {
      const { world, drivers, pick } = worldOf(given)
      execute(world, plan(inputFor(world, given.before, { drivers, kind: 'destroy' })), pick)
      expect([world.owned, world.observed.size]).toEqual([[], 0])
    }),
    runs,
  )
})

test('the hash does not depend on the order of keys, and does on every value', patience, () => {
  const turned = (value: JsonObject): JsonObject => Object.fromEntries(Object.entries(value).toReversed())
  fc.assert(
    fc.property(situation, ({ before, after }) => {
      const hashOf = (resources: Resource[]) => plan(inputFor(emptyWorld(), resources)).hash
      expect(hashOf(before.map((one) => ({ ...one, specifications: turned(one.specifications) })))).toBe(hashOf(before))
      if (JSON.stringify(before) !== JSON.stringify(after)) expect(hashOf(before)).not.toBe(hashOf(after))
    }),
    { numRuns: 100 },
  )
})
