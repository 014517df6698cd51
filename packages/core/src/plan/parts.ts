import type { Risk } from '../driver.ts'
import { specifications as schemas } from '../spec/infrastructure.ts'
import type { StepDraft } from './draft.ts'
import { driverOf, type Fate, isMade } from './fate.ts'
import type { PlanInput } from './input.ts'
import { monthlyOf } from './price.ts'
import { without } from './resolve.ts'
import type { Alive } from './world.ts'

/** The drafts of one name, by what they do. */
export interface Parts {
  /** Makes it, or changes it in place. */
  main?: StepDraft
  /** Lets go of what is about to be deleted and made again. */
  release?: StepDraft
  /** Deletes of its lives, by physical id. */
  readonly removals: Map<string, StepDraft>
  /** Drops records of what the cloud has no more. */
  readonly forgets: StepDraft[]
}

/** The cloud changes that one fate comes to, without their order. */
export function partsOf(input: PlanInput, fate: Fate): Parts {
  const { entry, action } = fate
  if (action === 'unchanged' && entry.leftovers.length === 0 && entry.gone.length === 0) return nothing
  const replaces = action === 'replace' ? (fate.createFirst ? 'create-first' : 'delete-first') : undefined
  const parts: Parts = {
    removals: new Map(),
    forgets: entry.gone.map((owned) => ({
      ...empty,
      action: 'delete',
      resource: entry.name,
      type: owned.type,
      generation: owned.generation,
      target: { id: owned.id, physicalId: owned.physicalId },
      gone: true,
      reason: `${entry.name} is gone from the cloud: its record is dropped`,
      after: new Set(),
    })),
  }
  if (isMade(fate)) parts.main = creation(input, fate, replaces)
  if (action === 'adopt' || action === 'release') parts.main = handover(fate, action)
  if (action === 'update') parts.main = changing(input, fate)
  if (entry.current && (action === 'delete' || action === 'replace'))
    parts.removals.set(entry.current.owned.physicalId, removal(input, fate, entry.current, replaces))
  for (const leftover of entry.leftovers) {
    const draft = removal(input, fate, leftover, undefined)
    draft.reason = `generation ${leftover.owned.generation} of ${entry.name} is left from an interrupted replacement`
    parts.removals.set(leftover.owned.physicalId, draft)
  }
  return parts
}

const nothing: Parts = { removals: new Map(), forgets: [] }

const empty = { fields: [], monthly: 0, risk: {}, specifications: {} } satisfies Partial<StepDraft>

function creation(input: PlanInput, { entry, reason }: Fate, replaces: StepDraft['replaces']): StepDraft {
  const { type, specifications } = entry.wanted!
  return {
    ...empty,
    action: 'create',
    resource: entry.name,
    type,
    generation: entry.generation,
    reason,
    monthly: monthlyOf(input, type, specifications),
    specifications,
    ...(replaces && { replaces }),
    after: new Set(),
  }
}

function changing(input: PlanInput, fate: Fate): StepDraft {
  const { owned } = fate.entry.current!
  const { type, specifications } = fate.entry.wanted!
  const change = fate.change?.kind === 'update' ? fate.change : undefined
  const before = monthlyOf(input, type, owned.specifications, fate.change)
  const after = monthlyOf(input, type, specifications)
  return {
    action: 'update',
    resource: owned.resource,
    type,
    generation: owned.generation,
    target: { id: owned.id, physicalId: owned.physicalId },
    reason: fate.reason,
    fields: change?.fields ?? [],
    monthly: before === null || after === null ? null : after - before,
    risk: change?.risk ?? {},
    specifications,
    after: new Set(),
  }
}

/** What was not ours becomes so, or the reverse; in the cloud nothing changes but the stamp. */
function handover({ entry, reason }: Fate, action: 'adopt' | 'release'): StepDraft {
  const { owned } = entry.current!
  return {
    ...empty,
    action,
    resource: entry.name,
    type: owned.type,
    generation: owned.generation,
    target: { id: owned.id, physicalId: owned.physicalId },
    reason,
    ...(action === 'adopt' && { specifications: entry.wanted!.specifications }),
    after: new Set(),
  }
}

function removal(input: PlanInput, fate: Fate, { owned }: Alive, replaces: StepDraft['replaces']): StepDraft {
  const before = monthlyOf(input, owned.type, owned.specifications, fate.change)
  return {
    ...empty,
    action: 'delete',
    resource: owned.resource,
    type: owned.type,
    generation: owned.generation,
    target: { id: owned.id, physicalId: owned.physicalId },
    reason: fate.reason,
    monthly: before === null ? null : -before,
    risk: riskOfRemoval(input, fate, owned, replaces),
    ...(replaces && { replaces }),
    after: new Set(),
  }
}

function riskOfRemoval(input: PlanInput, fate: Fate, owned: Alive['owned'], replaces: StepDraft['replaces']): Risk {
  const declared = fate.change?.kind === 'replace' ? fate.change.risk : undefined
  const dataLoss = driverOf(input, owned.type).holdsData(owned.specifications) ?? declared?.dataLoss
  const gap = replaces === 'delete-first' ? `${owned.resource} is away until its successor is ready` : undefined
  const downtime = declared?.downtime ?? gap
  return { ...(dataLoss && { dataLoss }), ...(downtime && { downtime }) }
}

/** An update that lets go of everything that is made in this plan; none where the specifications cannot be without. */
export function releaseOf(fate: Fate, parts: ReadonlyMap<string, Parts>): StepDraft | undefined {
  const { entry } = fate
  const made = new Set(entry.needs.filter((need) => parts.get(need)?.main?.action === 'create'))
  const { type, specifications } = entry.wanted!
  const stripped = without(specifications, made)
  if (!schemas[type].safeParse(stripped).success) return undefined
  return {
    ...parts.get(entry.name)!.main!,
    reason: `${[...made].join(', ')} is deleted before it is made again: ${entry.name} lets go of it first`,
    fields: [],
    monthly: 0,
    risk: {},
    specifications: stripped,
    after: new Set(),
  }
}
