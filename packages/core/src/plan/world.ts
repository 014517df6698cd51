import type { Observed } from '../driver.ts'
import type { Resource } from '../spec/infrastructure.ts'
import { neededBy } from '../spec/references.ts'
import type { PlanInput } from './input.ts'
import type { Owned } from './types.ts'

export interface Alive {
  owned: Owned
  observed: Observed
}

/** One name with all that is known of it: what is wanted, what there is, and what is left of earlier lives. */
export interface Entry {
  name: string
  wanted: Resource | undefined
  /** Names that the wanted specifications refer to. */
  needs: string[]
  /** The life that counts: the newest that the cloud has. */
  current: Alive | undefined
  /** Older lives that the cloud still has: a replacement was interrupted. */
  leftovers: Alive[]
  /** Remembered, but no longer in the cloud. */
  gone: Owned[]
  /** Of the next life. */
  generation: number
}

/** All lives that the cloud has, the one that counts first. */
export const livesOf = ({ current, leftovers }: Entry): Alive[] => (current ? [current, ...leftovers] : leftovers)

/** Entries by name: first what is wanted, each after what it refers to, then what is only owned. */
export function entries({ kind, description, owned, observed }: PlanInput): Map<string, Entry> {
  const lives = Map.groupBy(owned, ({ resource }) => resource)
  const wanted = kind === 'destroy' || kind === 'release' ? [] : inOrder(description.resources)
  const result = new Map(wanted.map((resource) => [resource.name, entry(resource.name, resource, lives, observed)]))
  for (const name of lives.keys()) if (!result.has(name)) result.set(name, entry(name, undefined, lives, observed))
  return result
}

function entry(
  name: string,
  wanted: Resource | undefined,
  lives: ReadonlyMap<string, Owned[]>,
  observed: PlanInput['observed'],
): Entry {
  const known = (lives.get(name) ?? []).toSorted((a, b) => b.generation - a.generation)
  const alive = known.flatMap((owned) => {
    const live = observed.get(owned.physicalId)
    return live ? [{ owned, observed: live }] : []
  })
  const [current, ...leftovers] = alive
  return {
    name,
    wanted,
    needs: wanted ? neededBy(wanted.specifications) : [],
    current,
    leftovers,
    gone: known.filter(({ physicalId }) => !observed.has(physicalId)),
    generation: (known[0]?.generation ?? 0) + 1,
  }
}

/** Each resource after those it refers to, otherwise as written. The description has no cycles. */
function inOrder(resources: readonly Resource[]): Resource[] {
  const byName = new Map(resources.map((resource) => [resource.name, resource]))
  const placed = new Set<string>()
  const result: Resource[] = []
  for (const start of resources) {
    const open = [start]
    while (open.length > 0) {
      const resource = open.at(-1)!
      const missing = neededBy(resource.specifications).filter((name) => byName.has(name) && !placed.has(name))
      if (missing.length > 0 && !placed.has(resource.name)) {
        for (const name of missing.toReversed()) open.push(byName.get(name)!)
        continue
      }
      open.pop()
      if (!placed.has(resource.name)) result.push(resource)
      placed.add(resource.name)
    }
  }
  return result
}
