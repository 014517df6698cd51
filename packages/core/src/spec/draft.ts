import { type ResourceType, resourceTypes } from './types.ts'

/**
 * What can be read of a description that may be wrong elsewhere: so one refusal tells of dangling references and
 * unknown sizes too, not of the first wrong field alone.
 */
export interface Draft {
  region: string | undefined
  resources: DraftResource[]
}

export interface DraftResource {
  /** Index in `resources`. */
  index: number
  name: string | undefined
  type: ResourceType | undefined
  specifications: Record<string, unknown>
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)

export function draftOf(input: unknown): Draft {
  const { region, resources } = record(input)
  return { region: text(region), resources: Array.isArray(resources) ? resources.map(draftResource) : [] }
}

function draftResource(value: unknown, index: number): DraftResource {
  const { name, type, specifications } = record(value)
  const known = type === 'droplet' ? 'machine' : resourceTypes.find((word) => word === type)
  return { index, name: text(name), type: known, specifications: record(specifications) }
}
