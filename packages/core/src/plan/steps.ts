import { deleteFirst } from './delete-first.ts'
import { inOrder, type StepDraft } from './draft.ts'
import { type Fate, isMade } from './fate.ts'
import type { PlanInput } from './input.ts'
import { type Parts, partsOf, releaseOf } from './parts.ts'
import { livesOf } from './world.ts'

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

/** What is made or changed waits for what it refers to, for its own record to be dropped, and for its release. */
function orderMaking({ entry, awaits }: Fate, parts: ReadonlyMap<string, Parts>, fates: ReadonlyMap<string, Fate>) {
  const { main, release, forgets, removals } = parts.get(entry.name)!
  if (!main) return
  for (const need of entry.needs) {
    const other = parts.get(need)?.main
    if (other && (other.action === 'adopt' || isMade(fates.get(need)) || awaits.has(need))) main.after.add(other)
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
