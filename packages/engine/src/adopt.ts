import { AtlasError, type Observed, type Stamp, type Step } from '@atlas/core'
import { untilReady, vanished } from './bring.ts'
import type { Context } from './context.ts'
import { mark } from './mark.ts'

/**
 * Makes ours what is in the cloud already. First the claim, which decides between two who want it, and only then the
 * stamp: so nothing unclaimed ever carries a stamp that a sweep would take for a stray of ours.
 */
export async function adopt(context: Context, step: Step): Promise<void> {
  const { journal } = context.taken
  const { attempt } = await journal.intent(step.n)
  context.row(step.n).status = 'running'
  context.at('adopt.intent-committed')
  const seen = await untilReady(context, step, await target(context, step))
  await refuseOther(context, step, seen)
  const ours = await journal.claim(step.n, context.holding(step, seen), { adopted: false, ready: false })
  if (!ours) throw taken(step)
  context.at('adopt.claimed')
  const stamp = stampOf(context, step, attempt)
  const marked = await mark(context, step, seen, stamp)
  context.at('adopt.marked')
  context.saw(step.resource, step.generation, marked)
  await journal.done(step.n, context.holding(step, marked))
}

const stampOf = ({ taken }: Context, step: Step, attempt: number): Stamp => ({
  owner: taken.owner,
  identity: step.identity,
  operation: taken.operation,
  step: step.n,
  token: `${taken.epoch}.${attempt}`,
})

async function target(context: Context, { n, resource, type, target }: Step): Promise<Observed> {
  if (!target) throw new AtlasError('internal', `Step ${n} imports ${resource} but names no target.`)
  const found = await context.looks(type).now(target.id)
  if (found?.physicalId === target.physicalId) return found
  throw vanished({ resource })
}

/** @throws AtlasError where it is no longer what the plan was made for, or carries the stamp of another Atlas */
async function refuseOther(context: Context, step: Step, seen: Observed): Promise<void> {
  const resource = context.resource(step.type)
  if (resource.mark && seen.stamp && seen.stamp.identity !== step.identity) throw taken(step)
  const change = resource.diff(await context.resolve(step.specifications), seen)
  if (change.kind !== 'unchanged') {
    const fields = change.fields.map(({ field }) => field.slice(1)).join(', ')
    throw new AtlasError('plan_stale', `${step.resource} was changed since the plan was made: ${fields}.`, {
      hint: 'Plan the import again: nothing of it was changed.',
    })
  }
}

const taken = (step: Step) =>
  new AtlasError('not_ours', `${step.resource} (${step.type} ${step.target?.id}) belongs to another infrastructure.`, {
    hint: 'Release it there first, or leave it out.',
  })
