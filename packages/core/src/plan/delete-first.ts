import { type Fate, isMade } from './fate.ts'
import { livesOf } from './world.ts'

/**
 * A replacement that deletes first takes along whatever is between its deletion and its creation: who holds the old one
 * and refers, directly or not, to the new one. Of those, replacements must delete first too (`forced`, with the cause),
 * and updates must let go first (`held`).
 */
export function deleteFirst(fates: ReadonlyMap<string, Fate>) {
  const roots = [...fates.values()]
    .filter(({ action, createFirst }) => action === 'replace' && createFirst === false)
    .map(({ entry }) => entry.name)
  if (roots.length === 0) return { forced: new Map<string, string>(), held: new Set<string>() }
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
