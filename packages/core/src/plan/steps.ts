import type { Risk } from '../driver.ts'
import { specifications as schemas } from '../spec/infrastructure.ts'
import { inOrder, type StepDraft } from './draft.ts'
import { driverOf, type Fate } from './fate.ts'
import type { PlanInput } from './input.ts'
import { monthlyOf } from './price.ts'
import { without } from './resolve.ts'
import { type Alive, livesOf } from './world.ts'

/** The drafts of one name, by what they do. */
interface Parts {
  /** Makes it, or changes it in place. */
  main?: StepDraft
  /** Lets go of what is about to be deleted and made again. */
  release?: StepDraft
  /** Deletes of its lives, by physical id. */
  removals: Map<string, StepDraft>
  /** Drops records of what the cloud has no more. */
  forgets: StepDraft[]
}

export interface Steps {
  drafts: StepDraft[]
  /** Drafts by name, in the order in which they run. */
  byName: Map<string, StepDraft[]>
  warnings: string[]
}

/** Cuts fates into single cloud changes, and says which must wait for which. */
export function cut(input: PlanInput, fates: Map<string, Fate>): Steps {
  const warnings: string[] = []
  const { forced, held } = deleteFirst(fates)
  for (const [name, cause] of forced) {
    const fate = fates.get(name)!
    fates.set(name, { ...fate, createFirst: false, reason: `${fate.reason}; it cannot outlive ${cause}` })
  }
  const parts = new Map([...fates].map(([name, fate]) => [name, partsOf(input, fate)]))
  for (const name of held) {
    const release = releaseOf(fates.get(name)!, parts)
    if (release) parts.get(name)!.release = release
    else warnings.push(`${name} refers to what is deleted and made again: until then it leads nowhere`)
  }
  for (const fate of fates.values()) orderMaking(fate, parts, fates)
  for (const fate of fates.values()) orderRemoval(fate, parts, held)

  const all = [...parts.values()].flatMap(({ forgets, release, main, removals }) =>
    [...forgets, release, main, ...removals.values()].filter((draft) => draft !== undefined),
  )
  const drafts = inOrder(all)
  return { drafts, byName: Map.groupBy(drafts, ({ resource }) => resource), warnings }
}

/**
 * A replacement that deletes first takes along whatever is between its deletion and its creation: who holds the old one
 * and refers, directly or not, to the new one. Of those, replacements must delete first too (`forced`, with the cause),
 * and updates must let go first (`held`).
 */
function deleteFirst(fates: ReadonlyMap<string, Fate>) {
  const roots = [...fates.values()]
    .filter(({ action, createFirst }) => action === 'replace' && createFirst === false)
    .map(({ entry }) => entry.name)
  const users = reverse(fates, ({ entry, awaits }) =>
    entry.needs.filter((need) => isMade(fates.get(need)) || awaits.has(need)),
  )
  const holders = reverse(fates, ({ entry }) => livesOf(entry).flatMap(({ owned }) => owned.dependsOn))
  const after = causes(roots, users)
  const holding = causes(roots, holders)
  const between = [...after].filter(([name]) => holding.has(name) && !roots.includes(name))
  return {
    forced: new Map(between.filter(([name]) => fates.get(name)?.action === 'replace')),
    held: new Set(between.map(([name]) => name).filter((name) => fates.get(name)?.action === 'update')),
  }
}

const isMade = (fate: Fate | undefined) => fate?.action === 'create' || fate?.action === 'replace'

/** Edges turned round: who points at a name. */
function reverse(fates: ReadonlyMap<string, Fate>, edges: (fate: Fate) => readonly string[]) {
  const result = new Map<string, string[]>()
  for (const [name, fate] of fates)
    for (const target of edges(fate)) {
      const others = result.get(target)
      if (others) others.push(name)
      else result.set(target, [name])
    }
  return result
}

/** Everything reached from the roots along edges, with the root it was reached from. */
function causes(roots: readonly string[], edges: ReadonlyMap<string, readonly string[]>): Map<string, string> {
  const result = new Map<string, string>(roots.map((root) => [root, root]))
  for (const [name, cause] of result)
    for (const next of edges.get(name) ?? []) if (!result.has(next)) result.set(next, cause)
  return result
}

function partsOf(input: PlanInput, fate: Fate): Parts {
  const { entry, action } = fate
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
function releaseOf(fate: Fate, parts: ReadonlyMap<string, Parts>): StepDraft | undefined {
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

/** What is made or changed waits for what it refers to, for its own record to be dropped, and for its release. */
function orderMaking({ entry, awaits }: Fate, parts: ReadonlyMap<string, Parts>, fates: ReadonlyMap<string, Fate>) {
  const { main, release, forgets, removals } = parts.get(entry.name)!
  if (!main) return
  for (const need of entry.needs) {
    const other = parts.get(need)?.main
    if (other && (isMade(fates.get(need)) || awaits.has(need))) main.after.add(other)
  }
  for (const forget of forgets) main.after.add(forget)
  if (release) main.after.add(release)
  if (main.replaces === 'delete-first') for (const removal of removals.values()) main.after.add(removal)
  const own = entry.current && removals.get(entry.current.owned.physicalId)
  if (own && main.replaces === 'create-first') own.after.add(main)
}

/** What is deleted waits until whatever holds it has gone or let go. */
function orderRemoval({ entry }: Fate, parts: ReadonlyMap<string, Parts>, held: ReadonlySet<string>) {
  const { main, release, removals } = parts.get(entry.name)!
  for (const { owned } of livesOf(entry)) {
    const update = main?.action === 'update' ? main : undefined
    const letsGo = removals.get(owned.physicalId) ?? release ?? (held.has(entry.name) ? undefined : update)
    if (!letsGo) continue
    for (const target of owned.dependsOn)
      if (target !== entry.name) for (const other of parts.get(target)?.removals.values() ?? []) other.after.add(letsGo)
  }
}
