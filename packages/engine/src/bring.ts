import { AtlasError, type Observed, type Resolved, type Step } from '@atlas/core'
import type { Context } from './context.ts'
import { mutate } from './mutate.ts'
import { backoff, pause, unlessLeft } from './retry.ts'

/** What a resource is changed for. */
export type About = Pick<Step, 'n' | 'resource' | 'type' | 'generation'>

/** Updates that change nothing are not repeated for ever: a cloud that rounds a value would be asked for it again and again. */
const maxUpdates = 12

/**
 * Waits until it is ready, then updates it until nothing differs from what is wanted. Each update is safe to repeat, so
 * a lost answer needs no settling: the next read tells.
 */
export async function bring(context: Context, step: About, want: Resolved, seen: Observed): Promise<Observed> {
  const resource = context.resource(step.type)
  let observed = await untilReady(context, step, seen)
  for (let updates = 0; ; updates++) {
    const change = resource.diff(want, observed)
    if (change.kind === 'unchanged') return observed
    if (change.kind === 'replace') {
      throw new AtlasError('plan_stale', `${step.resource} is not what the plan was made for: ${change.reason}.`, {
        hint: 'Plan again: the resource has to be replaced.',
      })
    }
    if (updates >= maxUpdates) {
      const fields = change.fields.map((one) => one.field).join(', ')
      throw new AtlasError('cloud_refused', `${step.resource} still differs in ${fields} after ${updates} updates.`)
    }
    if (updates > 1) await pause(backoff(updates), context.leave)
    await update(context, step, want, observed)
    observed = await untilReady(context, step, await existing(context, step, observed))
  }
}

async function update(context: Context, step: About, want: Resolved, observed: Observed): Promise<void> {
  await mutate(context, step, ({ gate }) => {
    context.at('update.gated')
    return context.resource(step.type).update(observed, want, { gate })
  })
  context.at('update.answered')
}

/** @throws AtlasError when it failed, vanished, or is not ready in time; it stays ours for the next plan. */
export async function untilReady(context: Context, step: About, first: Observed): Promise<Observed> {
  const began = performance.now()
  let seen = first
  while (seen.phase === 'pending') {
    context.leave.throwIfAborted()
    if (performance.now() - began > context.timing.readyMs) {
      const minutes = Math.round(context.timing.readyMs / 60_000)
      throw new AtlasError('cloud_unavailable', `${step.resource} is not ready after ${minutes} min: ${why(seen)}.`)
    }
    seen = await nextLook(context, step, seen, began)
  }
  if (seen.phase === 'failed') {
    throw new AtlasError('cloud_refused', `The cloud failed to make ${step.resource}: ${why(seen)}.`)
  }
  context.saw(step.resource, step.generation, seen)
  return seen
}

/** A cloud may deny for a moment what it has just made: within its bounds, missing is not yet gone. */
async function nextLook(context: Context, step: About, last: Observed, began: number): Promise<Observed> {
  const { requestTimeoutMs, lateEffectMs, listLagMs } = context.driver.bounds
  const found = await unlessLeft(context.looks(step.type).next(last.id, began), context.leave)
  if (found) return found
  if (performance.now() - began > requestTimeoutMs + lateEffectMs + listLagMs) throw vanished(step)
  return last
}

async function existing(context: Context, step: About, observed: Observed): Promise<Observed> {
  const found = await context.looks(step.type).now(observed.id)
  if (!found) throw vanished(step)
  return found
}

const why = (observed: Observed) => observed.reason ?? `it is ${observed.phase}`

export const vanished = ({ resource }: Pick<Step, 'resource'>) =>
  new AtlasError('cloud_missing', `${resource} was deleted by somebody else meanwhile.`, {
    hint: 'Plan again: it will be made anew.',
  })
