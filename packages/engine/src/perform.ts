import { AtlasError, isAtlasError, type Work } from '@atlas/core'
import type { Run } from './context.ts'
import type { Performed, Performer, Task } from './performer.ts'
import { backoff, pause } from './retry.ts'

/** A machine or an API server that restarts is back within that; each try has a time limit of its own. */
const maxTries = 3

/**
 * One step of a deploy: intent committed → performed → done. There is nothing to settle: a step says how things must be,
 * so a worker that takes over performs it again, and machines refuse the one before it.
 */
export async function perform(
  run: Run,
  performer: Performer | undefined,
  work: Work,
  reshape: Task['reshape'],
): Promise<void> {
  const { taken, at } = run
  if (!performer) throw new AtlasError('internal', 'This worker carries out no deploys.')
  const signal = mayLeave(work) ? run.leave : run.stop
  await taken.journal.intent(work.n)
  at('work.intent-committed')
  let performed: Performed
  for (let tries = 1; ; tries++) {
    try {
      performed = await performer.perform({ ...taken, work, signal, reshape, told: (n) => run.row(n).told })
      break
    } catch (error) {
      signal.throwIfAborted()
      if (!mayPass(error) || tries >= maxTries) throw error
      const waitMs = backoff(tries, { capMs: 10_000 })
      await taken.journal.note(work.n, 'step.retrying', { reason: error.message, waitMs: Math.round(waitMs) })
      await pause(waitMs, signal)
      await taken.journal.held()
    }
  }
  at('work.performed')
  await taken.journal.performed(work.n, performed)
  run.row(work.n).told = performed
}

const mayPass = (error: unknown): error is AtlasError =>
  isAtlasError(error, 'machine_unreachable') || isAtlasError(error, 'cluster_unreachable')

/** Once traffic moves, the rest is carried through: what is cancelled in the middle of that would be neither. */
export const mayLeave = ({ phase }: Work): boolean => phase === 'prepare'

/** Whether traffic was not moved, so that what was begun has to go again. */
export const isUnmoved = (run: Run): boolean => moves(run).some(({ status }) => status !== 'done')

/** A route that nobody began to change is as it was. */
export const isNeeded = (run: Run, step: { type: string }): boolean =>
  step.type !== 'route' || moves(run).some(({ status }) => status === 'running' || status === 'failed')

const moves = ({ taken, row }: Run) =>
  (taken.plan.work ?? []).filter(({ phase }) => phase === 'switch').map(({ n }) => row(n))
