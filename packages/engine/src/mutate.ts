import { isAtlasError, type MutationContext, type Step } from '@atlas/core'
import type { Context } from './context.ts'
import { gate } from './lease.ts'
import { attempt, backoff, type Outcome, pause } from './retry.ts'
import { codeOf, spanEvent } from './spans.ts'

/** What came of a call in the end: an answer, or no certainty. */
export type Ending<T> = Exclude<Outcome<T>, { kind: 'again' }>

/**
 * One mutating call, in a slot of its account, repeated for as long as it was certainly not carried out: rate limits,
 * unreachable clouds, a closed gate. Before each request the journal has said that the operation is still this worker's:
 * by taking the intent, which is what `prepare` is for, or when asked. A lease that lapses between then and the request
 * closes the gate.
 * @throws what the cloud refused with, or the last error when patience ends
 */
export async function mutate<T>(
  context: Context,
  step: Pick<Step, 'n'>,
  call: (gated: Pick<MutationContext, 'gate'>) => Promise<T>,
  prepare?: () => Promise<void>,
): Promise<Ending<T>> {
  const { slots, lease, leave, timing, taken } = context
  const giveUpAt = performance.now() + timing.retryMs
  for (let tries = 1; ; tries++) {
    const outcome = await slots.use(
      async () => {
        await lease.confirmed(leave)
        const lapses = lease.lapses()
        if (prepare && tries === 1) await prepare()
        else await taken.journal.held()
        return lapses
      },
      (lapses) =>
        attempt(
          () => gate(lease, lapses),
          (asked) => call({ gate: asked }),
        ),
    )
    if (outcome.kind !== 'again') return outcome
    if (performance.now() > giveUpAt) throw outcome.error
    const waitMs = (outcome.afterMs ?? 0) + backoff(tries)
    spanEvent('retrying', {
      'error.type': codeOf(outcome.error),
      'atlas.try': tries,
      'atlas.wait_ms': Math.round(waitMs),
    })
    if (isAtlasError(outcome.error))
      await taken.journal.note(step.n, 'step.retrying', { reason: outcome.error.message, waitMs: Math.round(waitMs) })
    await pause(waitMs, leave)
  }
}
