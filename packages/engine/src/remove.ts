import { AtlasError, isAtlasError, type Observed, type Step } from '@atlas/core'
import type { Context } from './context.ts'
import { mutate } from './mutate.ts'
import { backoff, pause } from './retry.ts'

/** When a deletion that shows no effect is asked for again, after each kind of answer. Milliseconds. */
const askAgainMs = { accepted: 15_000, refused: 2000, unknown: 500, again: 200 }

/** How long a cloud may refuse to delete what it has not yet noticed to be unused or on its way out. */
const lingeringMs = 120_000

/**
 * Deletes one resource. Done is what a read calls missing: never an answer, never a refusal. An id that the cloud has
 * given to somebody else's resource meanwhile is not ours to delete.
 */
export async function remove(context: Context, step: Step): Promise<void> {
  const { target } = step
  if (!target) throw new AtlasError('internal', `Step ${step.n} deletes ${step.resource} but names no target.`)
  const { journal } = context.taken
  const look = context.looks(step.type)
  const ours = oursOf(step)
  await journal.intent(step.n)
  context.row(step.n).status = 'running'
  context.at('remove.intent-committed')

  const began = performance.now()
  const others = context.taken.plan.steps.some((other) => other.action === 'delete' && other.n !== step.n)
  let askAt = began
  for (let found = ours(await look.now(target.id)); found; found = ours(await look.next(target.id, began))) {
    if (step.gone) throw notGone(step)
    const now = performance.now()
    if (now - began > context.timing.readyMs) throw stillThere(step, found)
    if (now < askAt) continue
    const refusalMayPass = (others || askAt > began) && now - began < lingeringMs
    const answer = await ask(context, step, found, refusalMayPass)
    if (answer === 'kept') return journal.left(step.n)
    askAt = performance.now() + askAgainMs[answer]
  }
  context.at('remove.gone')
  await journal.gone(step.n)
}

/**
 * Cancelled in the middle of a deletion: what was asked for may still take effect, so until `notBefore`
 * (`performance.now()` milliseconds) it is read whether it did. What is there then stays ours.
 */
export async function settleRemoval(context: Context, step: Step, notBefore: number): Promise<void> {
  const { taken, stop } = context
  const look = () => context.looks(step.type).now(step.target!.id).then(oursOf(step))
  for (let tries = 1; await look(); tries++) {
    const left = notBefore - performance.now()
    if (left <= 0) return
    await pause(Math.min(backoff(tries), left), stop)
  }
  await taken.journal.gone(step.n)
  context.row(step.n).status = 'done'
}

const oursOf = (step: Step) => (seen: Observed | undefined) =>
  seen?.physicalId === step.target?.physicalId ? seen : undefined

async function ask(
  context: Context,
  step: Step,
  found: Observed,
  refusalMayPass: boolean,
): Promise<'kept' | keyof typeof askAgainMs> {
  try {
    const ending = await mutate(context, step, ({ gate }) => {
      const answer = context.resource(step.type).remove(found, { gate })
      context.at('remove.gated')
      return answer
    })
    context.at('remove.answered')
    return ending.kind === 'answer' ? (ending.value ?? 'accepted') : 'unknown'
  } catch (error) {
    if (refusalMayPass && isAtlasError(error, 'cloud_refused')) return 'refused'
    throw error
  }
}

const stillThere = (step: Step, found: Observed) =>
  new AtlasError(
    'cloud_unavailable',
    `${step.resource} is still there: ${found.reason ?? 'its deletion has no effect'}.`,
    {
      hint: 'Try again later: a deletion may be repeated.',
    },
  )

/** The plan was made because it seemed gone: deleting it was never agreed to. */
const notGone = (step: Step) =>
  new AtlasError('plan_stale', `${step.resource} was missing when the plan was made, and is there now.`, {
    hint: 'Plan again: nothing was deleted.',
  })
