import { isReference } from './values.ts'

/** One reference, where it stands and what it reads. */
export interface FoundReference {
  /** Keys and indexes from the value that was searched to the reference. */
  path: (string | number)[]
  resource: string
  attribute: string
}

/** Splits `web1.example.com.id` at the last dot: names may have dots, attributes never. */
export function splitReference(ref: string): { resource: string; attribute: string } {
  const dot = ref.lastIndexOf('.')
  return { resource: ref.slice(0, dot), attribute: ref.slice(dot + 1) }
}

type Path = (string | number)[]

/** Every reference inside a value, in the order of its text. What is no reference yet (no dot) is left out. */
export function referencesIn(value: unknown): FoundReference[] {
  const found: FoundReference[] = []
  walk(value, [], (part, path) => {
    if (!isReference(part)) return false
    if (typeof part.ref === 'string' && part.ref.includes('.'))
      found.push({ path: [...path], ...splitReference(part.ref) })
    return true
  })
  return found
}

/** Every text inside a value that `wanted` accepts and that is no reference, with its place. */
export function textsIn(value: unknown, wanted: (text: string) => boolean): { path: Path; text: string }[] {
  const found: { path: Path; text: string }[] = []
  walk(value, [], (part, path) => {
    if (typeof part === 'string' && wanted(part)) found.push({ path: [...path], text: part })
    return isReference(part)
  })
  return found
}

/** Shows every part of a value, and goes into it unless `visit` says that it is done. The path is reused: copy it. */
function walk(value: unknown, path: Path, visit: (part: unknown, path: Path) => boolean): void {
  if (visit(value, path) || typeof value !== 'object' || value === null) return
  const list = Array.isArray(value)
  for (const key of Object.keys(value)) {
    path.push(list ? Number(key) : key)
    walk((value as Record<string, unknown>)[key], path, visit)
    path.pop()
  }
}

/** Names of the resources that a value refers to, each once, sorted: the order of keys must mean nothing. */
export const neededBy = (value: unknown): string[] =>
  [...new Set(referencesIn(value).map(({ resource }) => resource))].sort()

/** Every separate cycle among edges "needs": `[a, b]` says that a needs b and b needs a. Linear in the edges. */
export function cycles(needs: ReadonlyMap<string, readonly string[]>): string[][] {
  const stuck = withoutOrder(needs)
  const seen = new Set<string>()
  const found: string[][] = []
  for (const start of stuck) {
    const walk: string[] = []
    let at: string | undefined = start
    while (at !== undefined && !seen.has(at)) {
      seen.add(at)
      walk.push(at)
      at = needs.get(at)?.find((next) => stuck.has(next))
    }
    const from = at === undefined ? -1 : walk.indexOf(at)
    if (from >= 0) found.push(walk.slice(from))
  }
  return found
}

/** What remains when everything whose needs can be met is taken away: members of cycles, and what needs them. */
function withoutOrder(needs: ReadonlyMap<string, readonly string[]>): Set<string> {
  const open = new Map<string, number>()
  const dependants = new Map<string, string[]>()
  for (const [node, targets] of needs) {
    const known = targets.filter((target) => needs.has(target))
    open.set(node, known.length)
    for (const target of known) {
      const others = dependants.get(target)
      if (others) others.push(node)
      else dependants.set(target, [node])
    }
  }
  const ready = [...open].filter(([, count]) => count === 0).map(([node]) => node)
  for (const node of ready)
    for (const dependant of dependants.get(node) ?? []) {
      const left = open.get(dependant)! - 1
      open.set(dependant, left)
      if (left === 0) ready.push(dependant)
    }
  const done = new Set(ready)
  return new Set([...needs.keys()].filter((node) => !done.has(node)))
}
