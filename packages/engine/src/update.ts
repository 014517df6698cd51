import { AtlasError, type Observed, type Step } from '@atlas/core'
import { bring, vanished } from './bring.ts'
import type { Context } from './context.ts'

/** Changes one resource in place, until a read shows nothing that differs. Repeating all of it is harmless. */
export async function update(context: Context, step: Step): Promise<void> {
  const { journal } = context.taken
  await journal.intent(step.n)
  const want = await context.resolve(step.specifications)
  const ready = await bring(context, step, want, await target(context, step))
  await journal.done(step.n, context.holding(step, ready))
}

async function target(context: Context, step: Step): Promise<Observed> {
  if (!step.target) throw new AtlasError('internal', `Step ${step.n} updates ${step.resource} but names no target.`)
  const found = await context.looks(step.type).now(step.target.id)
  if (!found) throw vanished(step)
  if (found.physicalId !== step.target.physicalId) {
    throw new AtlasError('not_ours', `${step.target.id} is another ${step.type} than the one Atlas made.`, {
      hint: 'Plan again: the one that was ours is gone.',
    })
  }
  return found
}
