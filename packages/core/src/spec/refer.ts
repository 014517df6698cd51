import type { Json, JsonObject } from '../json.ts'
import type { Resource } from './infrastructure.ts'
import { referableAt } from './reference-check.ts'
import { textsIn } from './references.ts'
import type { ResourceType } from './types.ts'

/** What a value can be found to belong to. */
export interface Referable {
  name: string
  type: ResourceType
  attributes: JsonObject
}

/** Where any attribute may be read, these alone are taken for more than a coincidence. */
const telling = ['public_ip', 'private_ip', 'ipv6', 'ip', 'host', 'private_host']

/**
 * A resource whose ids and addresses are references where they belong to another one of the same infrastructure: the
 * reverse of resolving. A snapshot keeps the id of what it was made of, which may be made of it.
 */
export function referring({ name, type, specifications }: Resource, others: readonly Referable[]): Resource {
  const result = structuredClone(specifications)
  if (type === 'snapshot') return { name, type, specifications: result }
  for (const { path, text } of textsIn(result, () => true)) {
    const targets = referableAt(type, path, specifications)
    const reference =
      targets &&
      referenceTo(
        text,
        targets,
        others.filter((other) => other.name !== name),
      )
    if (reference) put(result, path, { ref: reference })
  }
  return { name, type, specifications: result }
}

function referenceTo(text: string, targets: readonly string[], others: readonly Referable[]): string | undefined {
  for (const { name, type, attributes } of others) {
    const candidates = targets.length > 0 ? attributesOf(type, targets) : telling
    const attribute = candidates.find((one) => attributes[one] === text)
    if (attribute !== undefined) return `${name}.${attribute}`
  }
  return undefined
}

const attributesOf = (type: ResourceType, targets: readonly string[]) =>
  targets.filter((target) => target.startsWith(`${type}.`)).map((target) => target.slice(type.length + 1))

function put(root: JsonObject, path: readonly (string | number)[], value: Json): void {
  const place = path.slice(0, -1).reduce<Json>((at, key) => (at as JsonObject)[key]!, root)
  ;(place as JsonObject)[path.at(-1)!] = value
}
