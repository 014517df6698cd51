import { setTimeout as sleep } from 'node:timers/promises'
import {
  type CreateRequest,
  type Driver,
  type Identity,
  identityHash,
  isAtlasError,
  type JsonObject,
  type Observed,
  ownerOf,
  physicalName,
  type ResourceDriver,
  type ResourceType,
} from '@atlas/core'
import { type Case, cases, type Neighbours } from './cases.ts'
import type { Conformance, Subject } from './subject.ts'

export const region = 'nyc3'
const workspace = 'conformance'
const operation = '6f1f3c1e-5a0b-4c39-9d53-0a5d5c1a7e11'

/** A cloud with what the tests of all types need; made once, since machines and databases take their time. */
export interface Stage {
  subject: Subject
  driver: Driver
  neighbours: Neighbours
  of(type: ResourceType): ResourceDriver
  /** Waits until it is ready. */
  ready(type: ResourceType, id: string): Promise<Observed>
  /** Removes it as the engine does: asks, looks, and asks again until it is missing. */
  removed(type: ResourceType, id: string): Promise<void>
  /** Updates until `diff` finds nothing more to do. Returns what is there then. */
  converge(type: ResourceType, id: string, want: JsonObject): Promise<Observed>
  close(): Promise<void>
}

let count = Date.now() % 100_000

/** A create as the engine sends it, for a resource that no other test has. */
export function request(one: Case, neighbours: Neighbours, more: Partial<CreateRequest> = {}): CreateRequest {
  count += 1
  const name = `t${count.toString(36)}`
  const identity: Identity = { workspace, infrastructure: `conformance-${name}`, resource: name, generation: 1 }
  return {
    identity,
    stamp: stampOf(identity, '1.1'),
    name,
    region,
    specifications: one.want(name, neighbours),
    gate: () => {},
    ...more,
  }
}

export const stampOf = (identity: Identity, token: string) => ({
  owner: ownerOf(identity.workspace, identity.infrastructure),
  identity: identityHash(identity),
  operation,
  step: 3,
  token,
})

/** What the engine looks for when it does not know whether its create was carried out. */
export async function lookFor(
  driver: ResourceDriver,
  { stamp, identity, ...asked }: CreateRequest,
  before: Observed[],
) {
  const known = new Set(before.map(({ physicalId }) => physicalId))
  const found = await Array.fromAsync(driver.list({ owner: stamp.owner }))
  return found.filter((one) => {
    if (driver.stamping === 'tags') return one.stamp?.identity === stamp.identity
    if (driver.stamping === 'name') return one.name === physicalName(identity)
    return !known.has(one.physicalId) && driver.matches?.(asked, one)
  })
}

export async function openStage(
  { open, patienceMs = 10_000, pollMs = 10 }: Conformance,
  needs: readonly ResourceType[],
  listLagMs = 0,
) {
  const subject = await open({ listLagMs })
  const driver = subject.driver()
  const of = (type: ResourceType) => driver.types[type]!
  const until = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
    for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(pollMs)) {
      const seen = await look()
      if (seen !== undefined) return seen
    }
    throw new Error(`${what} took longer than ${patienceMs} ms`)
  }
  const stage: Stage = {
    subject,
    driver,
    neighbours: {},
    of,
    ready: (type, id) =>
      until(`${type} ${id} to be ready`, async () => {
        const observed = await of(type).get(id)
        if (observed.phase === 'failed') throw new Error(`${type} ${id} failed: ${observed.reason}`)
        return observed.phase === 'ready' ? observed : undefined
      }),
    removed: (type, id) =>
      until(`${type} ${id} to be gone`, async () => {
        try {
          const observed = await of(type).get(id)
          if ((await of(type).remove(observed, { gate: () => {} })) === 'kept') throw new Error(`${id} was kept`)
          return undefined
        } catch (error) {
          if (!isAtlasError(error, 'cloud_missing')) throw error
          return true
        }
      }).then(() => {}),
    async converge(type, id, want) {
      for (let round = 0; round < 20; round++) {
        const observed = await stage.ready(type, id)
        const change = of(type).diff(want, observed)
        if (change.kind === 'unchanged') return observed
        if (change.kind === 'replace') throw new Error(`${type} ${id} would be replaced: ${change.reason}`)
        await of(type).update(observed, want, { gate: () => {} })
      }
      throw new Error(`${type} ${id} is still not as wanted after 20 updates`)
    },
    close: () => subject.close(),
  }
  for (const one of cases.filter(({ type, title }) => needs.includes(type) && !title.endsWith('of a volume'))) {
    const asked = request(one, stage.neighbours)
    const { id } = await of(one.type).create(asked)
    stage.neighbours[one.type] = await stage.converge(one.type, id, asked.specifications)
  }
  return stage
}

/** These types and all that they refer to, however far away. */
export function withNeighbours(types: readonly ResourceType[]): ResourceType[] {
  const wider = new Set(types)
  for (const { type, needs } of cases) if (types.includes(type)) for (const need of needs) wider.add(need)
  return wider.size === types.length ? [...wider] : withNeighbours([...wider])
}
