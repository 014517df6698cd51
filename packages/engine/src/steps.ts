import { setImmediate as ioTurn } from 'node:timers/promises'
import { AtlasError, allSteps, isAtlasError, isWork, type Step, type Work } from '@atlas/core'
import type { Run } from './context.ts'
import { type Graph, graph } from './graph.ts'
import type { StepError } from './journal.ts'
import { mayLeave } from './perform.ts'
import { inStep } from './spans.ts'

/** When these come out of the journal, the trouble is ours and not the step's. */
const troubles = ['fenced', 'database_unavailable', 'disk_full'] as const

export type Failed = StepError & { step: number }

type Any = Step | Work

/** Begun in one go. The first calls leave while the rest of a large plan is still being begun. */
const together = 16

/**
 * Runs every step as soon as those it depends on are done; the slots of the account bound what is really under way.
 * A step that fails takes its dependants with it, independent branches go on. Returns the first failure.
 * @throws what made this worker let go of the operation
 */
export async function runSteps(
  run: Run,
  which: (step: Any) => boolean,
  perform: (step: Any) => Promise<void>,
  letGo: AbortController,
): Promise<Failed | undefined> {
  const steps = allSteps(run.taken.plan)
  const order = graph(steps.filter(which))
  const over = Promise.withResolvers<void>()
  let under = 0
  let first: Failed | undefined

  const begin = async (n: number): Promise<void> => {
    under += 1
    try {
      const end = await runStep(run, steps[n]!, order, perform)
      if (end.failed) first ??= { ...end.failed, step: n }
      for (const next of end.next) void begin(next)
    } catch (error) {
      letGo.abort(error)
    }
    under -= 1
    if (under === 0) over.resolve()
  }
  // It is not over before all have begun.
  under += 1
  for (const [i, n] of order.ready().entries()) {
    if (i > 0 && i % together === 0) await ioTurn()
    void begin(n)
  }
  under -= 1
  if (under > 0) await over.promise
  run.stop.throwIfAborted()
  return first
}

interface End {
  next: number[]
  failed?: StepError
}

async function runStep(run: Run, step: Any, order: Graph, perform: (step: Any) => Promise<void>): Promise<End> {
  const row = run.row(step.n)
  if (row.status === 'failed') return failStep(run, step, order, row.error)
  if (row.status === 'skipped') return { next: [] }
  if (row.status !== 'done') {
    try {
      const leave = isWork(step) && !mayLeave(step) ? run.stop : run.leave
      leave.throwIfAborted()
      await inStep(step, () => perform(step))
      row.status = 'done'
      run.at('step.done')
    } catch (error) {
      return endStep(run, step, order, error)
    }
  }
  return { next: order.done(step.n) }
}

/** A failure of the cloud ends the step; a failure of the journal ends this worker's part in the operation. */
async function endStep(run: Run, step: Any, order: Graph, error: unknown): Promise<End> {
  run.stop.throwIfAborted()
  if (troubles.some((code) => isAtlasError(error, code))) throw error
  // Cancelled: what it left open is settled when all steps have ended.
  if (run.leave.aborted && error === run.leave.reason) return { next: [] }
  const { code, message, hint } = isAtlasError(error) ? error : new AtlasError('internal', String(error))
  return failStep(run, step, order, { code, message, ...(hint && { hint }) })
}

async function failStep(run: Run, step: Any, order: Graph, why: StepError | undefined): Promise<End> {
  const { journal } = run.taken
  const failed = why ?? { code: 'operation_failed', message: `${step.resource} failed.` }
  const row = run.row(step.n)
  if (row.status !== 'failed') await journal.failed(step.n, failed)
  row.status = 'failed'
  await Promise.all(
    order.lost(step.n).map(async (n) => {
      if (run.row(n).status === 'skipped') return
      await journal.skipped(n, `${step.resource} failed`)
      run.row(n).status = 'skipped'
    }),
  )
  return { next: [], failed }
}
