import { AtlasError, type Observed, type Stamp, type Step } from '@atlas/core'
import { untilReady, vanished } from './bring.ts'
import type { Context } from './context.ts'
import { mutate } from './mutate.ts'
import { backoff, pause } from './retry.ts'

/** A stamp that does not show after so many calls is not going to. */
const maxCalls = 12

/**
 * Puts a stamp on, or takes off what there is, until a read shows it so: a lost answer then needs no settling. What has
 * no room for a stamp stays as it is.
 */
export async function mark(context: Context, step: Step, first: Observed, stamp: Stamp | undefined): Promise<Observed> {
  const resource = context.resource(step.type)
  let seen = first
  for (let calls = 0; seen.stamp?.identity !== stamp?.identity; calls++) {
    if (!resource.mark) return seen
    if (calls >= maxCalls)
      throw new AtlasError('cloud_refused', `The tags of ${step.resource} are not what they were set to.`)
    if (calls > 1) await pause(backoff(calls), context.leave)
    await mutate(context, step, ({ gate }) => {
      context.at('update.gated')
      return resource.mark!(seen, stamp, { gate })
    })
    const found = await context.looks(step.type).now(seen.id)
    if (!found) throw vanished(step)
    seen = await untilReady(context, step, found)
  }
  return seen
}
