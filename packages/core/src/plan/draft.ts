import type { Step } from './types.ts'

/** A step before it has a number: what must come before it is known by itself. */
export interface StepDraft extends Omit<Step, 'n' | 'identity' | 'dependsOn' | 'needs'> {
  after: Set<StepDraft>
}

/**
 * Drafts so that each comes after all that it must wait for, otherwise as given (Kahn). Where remembered edges go in a
 * circle – an interrupted operation can leave that – a deletion goes ahead without waiting: the cloud refuses it if it
 * is too early, and the engine tries again.
 */
export function inOrder(drafts: readonly StepDraft[]): StepDraft[] {
  const waiting = new Map(drafts.map((draft) => [draft, draft.after.size]))
  const followers = new Map<StepDraft, StepDraft[]>(drafts.map((draft) => [draft, []]))
  for (const draft of drafts) for (const before of draft.after) followers.get(before)!.push(draft)
  const ready = drafts.filter((draft) => draft.after.size === 0)
  const settle = () => {
    for (let at = settled; at < ready.length; at++, settled++)
      for (const follower of followers.get(ready[at]!)!) {
        const left = waiting.get(follower)! - 1
        waiting.set(follower, left)
        if (left === 0) ready.push(follower)
      }
  }
  let settled = 0
  settle()
  const done = new Set(ready)
  for (const draft of drafts) {
    if (draft.action !== 'delete' || done.has(draft) || waiting.get(draft) === 0) continue
    for (const before of draft.after) if (waiting.get(before) !== 0) draft.after.delete(before)
    waiting.set(draft, 0)
    ready.push(draft)
    settle()
  }
  return ready
}
