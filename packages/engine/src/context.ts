import {
  AtlasError,
  type Driver,
  type Identity,
  type Json,
  type JsonObject,
  type Observed,
  type Owned,
  type Resolved,
  type ResourceDriver,
  type ResourceType,
  referencesIn,
  type Step,
} from '@atlas/core'
import { billingOf } from './billing.ts'
import type { At } from './crash.ts'
import type { Holding, StepRow, Taken } from './journal.ts'
import type { Lease } from './lease.ts'
import { type Looks, looks } from './looks.ts'
import { withValues } from './references.ts'
import type { CallSlots } from './slots.ts'

/** How patient the engine is. Milliseconds. */
export interface Timing {
  /** A resource that is not ready after this fails its step; it stays ours. */
  readyMs: number
  /** As long as refusals and rate limits that may pass are met with another try. */
  retryMs: number
  /** Added to every bound that rests on clocks of others. */
  marginMs: number
}

/** Databases take up to a quarter of an hour at DigitalOcean, so half an hour is past hope. */
export const defaultTiming: Timing = { readyMs: 30 * 60_000, retryMs: 10 * 60_000, marginMs: 500 }

/** One operation in the hands of one worker. */
export interface Run {
  readonly taken: Taken
  readonly at: At
  /** Fires when this worker must or wants to let go. */
  readonly stop: AbortSignal
  /** Fires also on cancel: nothing new begins, no one waits on. What is open is settled all the same. */
  readonly leave: AbortSignal
  /** `performance.now()` of the takeover. */
  readonly takenAt: number
  row(n: number): StepRow
}

/** What the steps in the cloud share. */
export interface Context extends Run {
  readonly driver: Driver
  readonly lease: Lease
  readonly slots: CallSlots
  readonly timing: Timing
  /** Only for the negative control of the torture: unknown answers are repeated without waiting. */
  readonly withoutSettle: boolean
  /** Until when something unaccounted for may still appear in the cloud; `undefined`: nothing is uncertain. */
  uncertainUntil: number | undefined
  resource(type: ResourceType): ResourceDriver
  looks(type: ResourceType): Looks
  /** Specifications with values for references; reads anew those whose value is not known yet. */
  resolve(specifications: JsonObject): Promise<Resolved>
  /** What is ours under a name, its youngest life. */
  owned(resource: string): Pick<Owned, 'type' | 'id' | 'generation'> | undefined
  /** What goes into the state row of what a step made or changed. */
  holding(step: Step, observed: Observed): Holding
  /** Keeps what references to it read. */
  saw(resource: string, generation: number, observed: Observed): void
}

export type ContextParts = Omit<
  Context,
  'uncertainUntil' | 'resource' | 'looks' | 'resolve' | 'owned' | 'holding' | 'saw'
>

export function context(parts: ContextParts): Context {
  const { taken, driver } = parts
  const lines = new Map(taken.plan.resources.map((line) => [line.resource, line]))
  const looksOf = new Map<ResourceType, Looks>()
  const known = newestOf(taken)

  const resource = (type: ResourceType) => {
    const found = driver.types[type]
    if (!found) throw new AtlasError('spec_invalid', `${driver.provider} has no ${type}.`)
    return found
  }
  const looksFor = (type: ResourceType) => {
    const made = looksOf.get(type) ?? looks(resource(type), taken.owner, parts.stop)
    looksOf.set(type, made)
    return made
  }
  const lookup = (name: string, attribute: string): Json | undefined => known.get(name)?.attributes[attribute]

  return {
    ...parts,
    uncertainUntil: undefined,
    resource,
    looks: looksFor,
    async resolve(specifications) {
      for (const { resource: name, attribute } of referencesIn(specifications)) {
        const one = known.get(name)
        if (!one || lookup(name, attribute) !== undefined) continue
        const seen = await looksFor(one.type).now(one.id)
        if (seen) one.attributes = seen.attributes
      }
      return withValues(specifications, lookup)
    },
    owned: (name) => known.get(name),
    holding: (step, observed) => ({
      observed,
      monthly: lines.get(step.resource)?.monthlyAfter ?? null,
      reusesId: resource(step.type).reusesIds === true,
      ...billingOf(driver, step, observed, { region: taken.plan.region, tags: tagsIn(taken.plan.description) }),
    }),
    saw(name, generation, observed) {
      const one = known.get(name)
      const type = lines.get(name)?.type ?? one?.type
      if (type && generation >= (one?.generation ?? 0))
        known.set(name, { type, generation, id: observed.id, attributes: observed.attributes })
    },
  }
}

/** A plan keeps the whole description, which was found valid. */
const tagsIn = (description: JsonObject) => (description.tags ?? {}) as Record<string, string>

interface Known {
  type: ResourceType
  generation: number
  id: string
  attributes: JsonObject
}

/** During a replacement a resource has two lives: references mean the younger. */
function newestOf(taken: Taken): Map<string, Known> {
  const newest = new Map<string, Known>()
  for (const { resource, type, generation, id, attributes } of taken.resources)
    if (generation >= (newest.get(resource)?.generation ?? 0))
      newest.set(resource, { type, generation, id, attributes })
  return newest
}

export const identityOf = ({ taken }: Context, step: Step): Identity => ({
  workspace: taken.workspace,
  infrastructure: taken.infrastructure,
  resource: step.resource,
  generation: step.generation,
})
