import type { Change, FieldChange } from '../driver.ts'
import { AtlasError, type Problem } from '../errors.ts'
import type { Json, JsonObject } from '../json.ts'
import { splitReference } from '../spec/references.ts'
import type { ResourceType } from '../spec/types.ts'
import { isReference } from '../spec/values.ts'
import type { PlanInput, PlanningDriver } from './input.ts'
import { listChange } from './list-change.ts'
import { awaited, resolve, unknowns } from './resolve.ts'
import type { Entry } from './world.ts'

/** What becomes of one name, before it is cut into steps. */
export interface Fate {
  entry: Entry
  action: 'create' | 'update' | 'replace' | 'delete' | 'unchanged' | 'forget' | 'adopt' | 'release'
  reason: string
  change?: Change
  /** For a replacement: the new one is made before the old one is deleted. */
  createFirst?: boolean
  /** Resources whose attributes this one waits for. */
  awaits: ReadonlySet<string>
}

/** Is there another one afterwards, with other attributes? */
export const isMade = (fate: Fate | undefined) => fate?.action === 'create' || fate?.action === 'replace'

/**
 * Decides every name. Live state beats remembered state; a reference to what is still to be made is unknown, so that
 * an update or a replacement follows from it.
 * @throws AtlasError spec_invalid with everything that drivers refuse, such as a volume that would shrink.
 */
export function decide(input: PlanInput, world: ReadonlyMap<string, Entry>): Map<string, Fate> {
  const fates = new Map<string, Fate>()
  const problems: Problem[] = moved(input)
  for (const entry of world.values()) {
    try {
      const fate = entry.wanted ? decideWanted(input, entry, fates) : decideUnwanted(input, entry)
      fates.set(entry.name, input.kind === 'import' ? adopted(input, fate) : fate)
    } catch (error) {
      if (!(error instanceof AtlasError) || error.code !== 'spec_invalid') throw error
      problems.push(refused(input, entry, error))
    }
  }
  if (problems.length === 0) return fates
  throw new AtlasError('spec_invalid', problems.map(({ message }) => message).join(' '), {
    problems,
    ...(problems[0]?.hint === undefined ? {} : { hint: problems[0].hint }),
  })
}

/** New resources would be made in one place while the old ones stay in the other. */
function moved({ livesIn, description, owned }: PlanInput): Problem[] {
  if (!livesIn || owned.length === 0) return []
  return (['provider', 'region'] as const)
    .filter((part) => livesIn[part] !== description[part])
    .map((part) => ({
      where: `/${part}`,
      message: `${description.name} is in ${livesIn[part]} and cannot move to ${description[part]}.`,
      found: description[part],
      expected: livesIn[part],
      hint: `Give the one in ${description[part]} another name, or destroy the one in ${livesIn[part]} first.`,
    }))
}

function refused({ description }: PlanInput, { name }: Entry, error: AtlasError): Problem {
  const index = description.resources.findIndex((resource) => resource.name === name)
  return {
    where: index < 0 ? name : `/resources/${index}/specifications`,
    message: error.message.startsWith(name) ? error.message : `${name}: ${error.message}`,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  }
}

/** Known only where its resource stays: what is made or replaced has other attributes afterwards. */
function attributeOf(fate: Fate | undefined, attribute: string): Json | undefined {
  return isMade(fate) ? undefined : fate?.entry.current?.observed.attributes[attribute]
}

function decideWanted(input: PlanInput, entry: Entry, fates: ReadonlyMap<string, Fate>): Fate {
  const { name, current, gone } = entry
  const wanted = entry.wanted!
  const driver = driverOf(input, wanted.type)
  const want = resolve(wanted.specifications, (other, attribute) => attributeOf(fates.get(other), attribute))
  const awaits = awaited(want)
  refuseMissing(entry, fates, want)
  const as = (rest: Omit<Fate, 'entry' | 'awaits'>): Fate => ({ entry, awaits, ...rest })

  if (!current)
    return as({
      action: 'create',
      reason:
        gone.length > 0
          ? `${name} was made by Atlas but is no longer in the cloud`
          : `${name} is in the description but not in the cloud`,
    })
  if (current.owned.type !== wanted.type)
    return as({
      action: 'replace',
      createFirst: true,
      reason: `${name} was a ${current.owned.type} and becomes a ${wanted.type}`,
    })
  if (current.observed.phase === 'failed')
    return as({
      action: 'replace',
      createFirst: false,
      reason: `${name} has failed in the cloud${because(current.observed.reason)}`,
    })

  const change = driver.diff(want, current.observed)
  if (change.kind === 'unchanged') return as({ action: 'unchanged', reason: `${name} is as described`, change })
  const waiting = [...awaitedBy(change, want)].sort()
  const cause =
    waiting.length > 0 ? `, because ${waiting.join(', ')} ${waiting.length > 1 ? 'are' : 'is'} made anew` : ''
  if (change.kind === 'replace')
    return as({ action: 'replace', change, createFirst: change.createFirst, reason: `${change.reason}${cause}` })
  const told = change.fields.map((field) => tell(field, current.owned.specifications, wanted.specifications))
  return as({ action: 'update', change, reason: `${told.join('; ')}${cause}` })
}

/**
 * What a resource that is ready and stays as it is does not have, it will not have later either: a reference to it
 * would wait for ever.
 */
function refuseMissing({ name }: Entry, fates: ReadonlyMap<string, Fate>, want: Json): void {
  for (const reference of unknowns(want)) {
    const { resource, attribute } = splitReference(reference)
    const fate = fates.get(resource)
    if (fate?.action !== 'unchanged' || fate.entry.current?.observed.phase !== 'ready') continue
    throw new AtlasError('spec_invalid', `${name} refers to ${reference}, but ${resource} has no ${attribute}.`, {
      hint: `It has ${Object.keys(fate.entry.current.observed.attributes).join(', ')}.`,
    })
  }
}

function decideUnwanted(input: PlanInput, entry: Entry): Fate {
  const { name, current } = entry
  const awaits = new Set<string>()
  if (!current) return { entry, awaits, action: 'forget', reason: `${name} is not wanted, and no longer in the cloud` }
  if (input.kind === 'release' || input.releases?.has(name))
    return { entry, awaits, action: 'release', reason: `${name} stays in the cloud, and is no longer Atlas's` }
  driverOf(input, current.owned.type)
  const reason = input.kind === 'destroy' ? 'everything is destroyed' : `${name} is no longer in the description`
  return { entry, awaits, action: 'delete', reason }
}

/**
 * An import proves by itself that it changes nothing: everything, what is to be ours included, is as described.
 * @throws AtlasError spec_invalid where it is not
 */
function adopted({ adopts }: PlanInput, fate: Fate): Fate {
  const { name, leftovers, gone } = fate.entry
  const asDescribed = fate.action === 'unchanged' && leftovers.length + gone.length === 0
  if (asDescribed && adopts?.has(name))
    return { ...fate, action: 'adopt', reason: `${name} is in the cloud as described, and becomes Atlas's` }
  if (asDescribed) return fate
  if (adopts?.has(name))
    throw new AtlasError('spec_invalid', `${name} would not stay as it is: ${fate.reason}.`, {
      hint: 'An import changes nothing: change it in the cloud first, or leave it out.',
    })
  throw new AtlasError('spec_invalid', `${name} of the same infrastructure is not as described: ${fate.reason}.`, {
    hint: 'Apply or repair the infrastructure first, then import into it.',
  })
}

export function driverOf(input: Pick<PlanInput, 'drivers' | 'description'>, type: ResourceType): PlanningDriver {
  const driver = input.drivers[type]
  if (driver) return driver
  const provider = input.description.provider
  throw new AtlasError('spec_invalid', `${provider} has no ${type}.`, {
    hint: `Use one of ${Object.keys(input.drivers).join(', ')}.`,
  })
}

/** What the changed fields wait for; a reference that only a creation reads brings no change, so no reason. */
const awaitedBy = ({ fields }: { fields: readonly FieldChange[] }, want: JsonObject) =>
  new Set(fields.flatMap(({ field }) => [...awaited(want[field.split('/')[1] ?? ''] ?? null)]))

const because = (reason: string | undefined) => (reason === undefined ? '' : `: ${reason}`)

/** A changed field in words: references by the name they refer to, and nothing of a user_data, which may hold secrets. */
function tell({ field, from, to }: FieldChange, before: JsonObject, after: JsonObject): string {
  const name = field.slice(1)
  if (to === undefined || name === 'user_data') return `${name} changes`
  const [old, next] = [before[name], after[name]].map((value) =>
    isReference(value) ? splitReference(value.ref).resource : undefined,
  )
  if (old !== undefined && old === next) return `${name} follows the new ${next}`
  if (Array.isArray(from) && Array.isArray(to)) return `${name} ${listChange(from, to)}`
  return `${name} ${old ?? brief(from)} → ${next ?? brief(to)}`
}

/** A value as a reason can show it: short, and lists and objects by their kind only. */
function brief(value: Json): string {
  if (Array.isArray(value))
    return value.length === 0 ? 'none' : `${value.length} ${value.length === 1 ? 'entry' : 'entries'}`
  if (value === null) return 'none'
  if (typeof value === 'object') return 'other settings'
  const text = String(value)
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}

/** Remembered specifications as they are live, as far as a change tells: what the price until now comes from. */
export function liveSpecifications(remembered: JsonObject, change: Change | undefined): JsonObject {
  if (!change || change.kind === 'unchanged') return remembered
  const live = { ...remembered }
  for (const { field, from } of change.fields) if (/^\/[^/]+$/.test(field) && from !== null) live[field.slice(1)] = from
  return live
}
