import { AtlasError, type Step } from '@atlas/core'
import type { Context } from './context.ts'
import { mark } from './mark.ts'

/**
 * Lets go of a resource, which stays in the cloud as it is: the stamp goes, the claim is kept as `released`, so that no
 * sweep takes a stamp that comes back late for a stray. What is gone is let go of too.
 */
export async function release(context: Context, step: Step): Promise<void> {
  const { target } = step
  if (!target) throw new AtlasError('internal', `Step ${step.n} releases ${step.resource} but names no target.`)
  const { journal } = context.taken
  await journal.intent(step.n)
  context.row(step.n).status = 'running'
  context.at('release.intent-committed')
  const seen = await context.looks(step.type).now(target.id)
  if (seen?.physicalId === target.physicalId) await mark(context, step, seen, undefined)
  context.at('release.unmarked')
  await journal.released(step.n)
}
