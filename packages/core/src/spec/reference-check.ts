import type { Problem } from '../errors.ts'
import { referableAttributes } from './attributes.ts'
import type { Draft, DraftResource } from './draft.ts'
import { specifications } from './infrastructure.ts'
import { pointer, unknownWord } from './problems.ts'
import { cycles, type FoundReference, referencesIn, textsIn } from './references.ts'
import { fieldsOf, members, schemaAt } from './schema-walk.ts'
import type { ResourceType } from './types.ts'

/** Duplicate names, references to what is not there, to what it does not have or to what does not fit, and cycles. */
export function referenceProblems(draft: Draft): Problem[] {
  const byName = new Map<string, DraftResource>()
  const problems: Problem[] = []
  for (const resource of draft.resources) {
    if (resource.name === undefined) continue
    const first = byName.get(resource.name)
    if (first) problems.push(duplicate(resource, first))
    else byName.set(resource.name, resource)
  }
  const needs = new Map<string, string[]>()
  const known: Known = { byName, names: [...byName.keys()], guesses: 50 }
  for (const resource of draft.resources) {
    const references = referencesIn(resource.specifications)
    problems.push(...references.flatMap((reference) => wrongReference(resource, reference, known)))
    problems.push(...bareNames(resource, known))
    if (resource.name !== undefined)
      needs.set(
        resource.name,
        references.map((reference) => reference.resource),
      )
  }
  return [...problems, ...cycles(needs).map((cycle) => cyclic(cycle, byName))]
}

const duplicate = (resource: DraftResource, first: DraftResource): Problem => ({
  where: `/resources/${resource.index}/name`,
  message: `The name "${resource.name}" is taken by /resources/${first.index}`,
  found: JSON.stringify(resource.name),
  expected: 'a name of its own',
})

interface Known {
  byName: ReadonlyMap<string, DraftResource>
  names: readonly string[]
  /** Dangling references that still get a guess: each searches all names, and there may be ten thousand of both. */
  guesses: number
}

function wrongReference(from: DraftResource, found: FoundReference, known: Known): Problem[] {
  const path = ['resources', from.index, 'specifications', ...found.path, 'ref']
  const target = known.byName.get(found.resource)
  if (!target) return [unknownWord(path, 'The resource', found.resource, known.names, { guess: known.guesses-- > 0 })]
  if (!target.type) return []
  const attributes = Object.keys(referableAttributes[target.type])
  if (!attributes.includes(found.attribute))
    return [unknownWord(path, `${found.resource} is a ${target.type}; its attribute`, found.attribute, attributes)]
  const allowed = from.type ? targetsAt(from.type, found.path, from.specifications) : []
  const actual = `${target.type}.${found.attribute}`
  if (allowed.length === 0 || allowed.includes(actual)) return []
  const expected = allowed.join(' or ')
  return [{ where: pointer(path), message: `A ${actual} does not fit here`, found: actual, expected }]
}

/** A name where an id belongs: the cloud would refuse it, but only after other things were made. */
function bareNames(from: DraftResource, { byName }: Known): Problem[] {
  return textsIn(from.specifications, (text) => byName.has(text)).flatMap(({ path, text }) => {
    const type = byName.get(text)?.type
    if (!type || type === 'domain' || !from.type) return []
    if (!targetsAt(from.type, path, from.specifications).includes(`${type}.id`)) return []
    const expected = `{"ref": "${text}.id"}`
    const where = pointer(['resources', from.index, 'specifications', ...path])
    return [
      { where, message: `"${text}" is a name, not an id`, found: `"${text}"`, expected, hint: `Write ${expected}` },
    ]
  })
}

const targetsAt = (...place: Parameters<typeof referableAt>): string[] => referableAt(...place) ?? []

/** Which `type.attribute` a reference at this place may read; any where empty; `undefined`: none may stand there. */
export function referableAt(type: ResourceType, path: FoundReference['path'], value: unknown): string[] | undefined {
  const place = schemaAt(specifications[type], path, value)
  const reference = place && members(place).find((member) => 'ref' in (fieldsOf(member) ?? {}))
  if (!reference) return undefined
  const meta = 'meta' in reference ? (reference as { meta(): Record<string, unknown> | undefined }).meta() : {}
  return (meta?.refersTo ?? []) as string[]
}

function cyclic(cycle: string[], byName: Map<string, DraftResource>): Problem {
  const around = [...cycle, cycle[0]].join(' → ')
  return {
    where: `/resources/${byName.get(cycle[0]!)?.index}/specifications`,
    message: `References go in a circle: ${around}`,
    found: around,
    expected: 'an order in which each can be made',
    hint: `Take one of these references out.`,
  }
}
