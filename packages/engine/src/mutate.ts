import { isAtlasError, type MutationContext, type Step } from '@atlas/core'
import type { Context } from './context.ts'
import { gate } from './lease.ts'
import { attempt, backoff, type Outcome, pause } from './retry.ts'

/** What came of a call in the end: an answer, or no certainty. */
export type Ending<T> = Exclude<Outcome<T>, { kind: 'again' }>

/**
 * One mutating call, in a slot of its account, repeated for as long as it was certainly not carried out: rate limits,
 * unreachable clouds, a closed gate. `prepare` comes before it, in the slot: the place for the intent.
 * @throws what the cloud refused with, or the last error when patience ends
 */
export async function mutate<T>(
  context: Context,
  step: Step,
  call: (gated: Pick<MutationContext, 'gate'>) => Promise<T>,
  prepare: () => Promise<void> = async () => {},
): Promise<Ending<T>> {
  const { slots, lease, leave, timing, taken } = context
  const giveUpAt = performance.now() + timing.retryMs
  for (let tries = 1; ; tries++) {
    const outcome = await slots.use(async () => {
      await lease.confirmed(leave)
      if (tries === 1) await prepare()
      return attempt(
        () => gate(lease),
        (asked) => call({ gate: asked }),
      )
    })
    if (outcome.kind !== 'again') return outcome
    if (performance.now() > giveUpAt) throw outcome.error
    const waitMs = (outcome.afterMs ?? 0) + backoff(tries)
    if (isAtlasError(outcome.error))
      await taken.journal.note(step.n, 'step.retrying', { reason: outcome.error.message, waitMs: Math.round(waitMs) })
    await pause(waitMs, leave)
  }
}
