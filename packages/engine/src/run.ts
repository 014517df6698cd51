import { AtlasError, allSteps, type Driver, isAtlasError, isWork, type Step, type Work } from '@atlas/core'
import { accountOf } from './account.ts'
import { adopt } from './adopt.ts'
import { type Context, context, defaultTiming, type Run, type Timing } from './context.ts'
import type { At } from './crash.ts'
import { create } from './create.ts'
import type { Finish, JournalStore, Taken } from './journal.ts'
import type { Lease } from './lease.ts'
import { isNeeded, isUnmoved, perform } from './perform.ts'
import type { Performer, Shape } from './performer.ts'
import { list } from './refresh.ts'
import { release } from './release.ts'
import { remove, settleRemoval } from './remove.ts'
import { reshape } from './reshape.ts'
import { isPassing, pause, readPatiently } from './retry.ts'
import { boundAfterRequest, boundAfterTakeover, settle } from './settle.ts'
import type { CallSlots } from './slots.ts'
import { inOperation } from './spans.ts'
import { type Failed, runSteps } from './steps.ts'
import { type SweepStore, stamped, sweep } from './sweep.ts'
import { update } from './update.ts'

const calls = { create, update, delete: remove, adopt, release }

/** What running operations needs. */
export interface RunParts {
  store: JournalStore & SweepStore
  lease: Lease
  /** The driver for a provider, with the workspace's credential. `operation`: which one it is for. */
  driverFor(of: { workspace: string; provider: string; operation?: string }): Promise<Driver>
  /** The calls in flight of an account are counted together, whichever operation makes them. */
  slotsFor(account: string): CallSlots
  /** For steps of deploys. */
  performer?: Performer
  at?: At
  timing?: Partial<Timing>
  /** Only for the negative control of the torture: unknown answers are repeated at once. */
  withoutSettle?: boolean
}

const cancelPollMs = 500

/**
 * Runs one operation from wherever its rows stand to its end, in the hands of this worker:
 *
 *   take over (epoch + 1) → every step as soon as those it depends on are done → open intents of a cancelled operation
 *   settled → sweep where anything was uncertain → finished
 *
 * Whatever exists stays ours also when it fails, so applying again goes on from the live state.
 * @param onTaken told once it is this worker's
 * @returns `undefined` when it was finished already
 * @throws AtlasError `fenced` when another worker took over; the signal's reason when it fired. Both leave the operation
 * as the rows have it, for whoever runs it next.
 */
export async function runOperation(
  parts: RunParts,
  operation: string,
  signal: AbortSignal,
  onTaken: (taken: Taken) => void = () => {},
): Promise<Finish | undefined> {
  const taken = await parts.store.takeOver(operation, parts.lease.worker)
  if (!taken) return undefined
  onTaken(taken)
  return inOperation(taken, parts.lease.worker, () => runTaken(parts, taken, signal))
}

async function runTaken(parts: RunParts, taken: Taken, signal: AbortSignal): Promise<Finish> {
  const takenAt = performance.now()
  const at = parts.at ?? (() => {})
  at('takeover.committed')

  const letGo = new AbortController()
  const cancelled = new AbortController()
  const stop = AbortSignal.any([signal, letGo.signal])
  const watch = watchCancel(taken, cancelled, letGo)
  try {
    const rows = new Map(taken.steps.map((row) => [row.n, row]))
    const leave = AbortSignal.any([stop, cancelled.signal])
    const run: Run = { taken, at, stop, leave, takenAt, row: (n) => rows.get(n)! }
    const finish = await carryOut(parts, run, letGo)
    at('finish.before')
    await taken.journal.finish(finish)
    at('finish.committed')
    return finish
  } finally {
    clearInterval(watch)
  }
}

async function carryOut(parts: RunParts, run: Run, letGo: AbortController): Promise<Finish> {
  let opened: ReturnType<typeof cloudOf> | undefined
  const open = () => (opened ??= cloudOf(parts, run))
  const cloud = run.taken.plan.steps.length > 0 ? await open() : undefined
  if (isAtlasError(cloud)) return failure(cloud)
  const bringAbout = (step: Step | Work) =>
    isWork(step)
      ? perform(run, parts.performer, step, (name, shape) => reshapeIn(open, step, name, shape))
      : calls[step.action](cloud!, step)

  let failed = await runSteps(run, (step) => !isUndoing(step), bringAbout, letGo)
  if (cloud) await settleAll(cloud, parts.store)
  if (isUnmoved(run)) failed = await withdraw(run, bringAbout, letGo, failed)
  if (failed) return { status: 'failed', error: failed }
  const wanted = allSteps(run.taken.plan).filter((step) => !isUndoing(step))
  return { status: wanted.every(({ n }) => run.row(n).status === 'done') ? 'succeeded' : 'cancelled' }
}

/** Most deploys ask nothing of the cloud, and need no credential. */
async function reshapeIn(
  open: () => ReturnType<typeof cloudOf>,
  work: Work,
  name: string,
  shape: Shape,
): Promise<void> {
  const cloud = await open()
  if (isAtlasError(cloud)) throw cloud
  await reshape(cloud, work, name, shape)
}

const isUndoing = (step: Step | Work) => isWork(step) && step.phase === 'withdraw'

/** Traffic stays where it was, so nothing that was begun stays. What led to it is the failure, unless this fails alone. */
async function withdraw(
  run: Run,
  bringAbout: (step: Step | Work) => Promise<void>,
  letGo: AbortController,
  why: Failed | undefined,
): Promise<Failed | undefined> {
  const failed = await runSteps(run, (step) => isUndoing(step) && isNeeded(run, step), bringAbout, letGo)
  return why ?? failed
}

async function cloudOf(parts: RunParts, run: Run): Promise<Context | AtlasError> {
  const driver = await driverOf(parts, run.taken, run.stop)
  if (isAtlasError(driver)) return driver
  return context({
    ...run,
    driver,
    lease: parts.lease,
    slots: parts.slotsFor(run.taken.plan.account),
    timing: { ...defaultTiming, ...parts.timing },
    withoutSettle: parts.withoutSettle ?? false,
  })
}

async function settleAll(cloud: Context, store: SweepStore): Promise<void> {
  if (cloud.leave.aborted) await settleOpen(cloud)
  if (cloud.uncertainUntil !== undefined) await lastLook(cloud, store)
}

/** Cancelled in the middle of a create or a deletion: what became of it must be known before the operation ends. */
async function settleOpen(run: Context): Promise<void> {
  const notBefore = Math.max(boundAfterTakeover(run), boundAfterRequest(run))
  const open = run.taken.plan.steps.filter(({ n }) => run.row(n).status === 'running' && !run.row(n).made)
  await Promise.all(
    open.map(async (step) => {
      if (step.action === 'delete') return settleRemoval(run, step, notBefore)
      if (step.action !== 'create') return
      const specifications = await run.resolve(step.specifications)
      await settle(run, step, { notBefore, specifications })
    }),
  )
}

async function lastLook(run: Context, store: SweepStore): Promise<void> {
  const { taken, driver, lease, at, stop, takenAt } = run
  if (!run.withoutSettle) await pause((run.uncertainUntil ?? takenAt) - performance.now(), stop)
  const types = taken.plan.steps.filter((step) => step.action === 'create').map((step) => step.type)
  const found = stamped(driver, taken.owner, await list(driver, taken.owner, types, stop))
  await sweep({ store, driver, account: taken.plan.account, lease, at, signal: stop }, taken.owner, found)
}

/** The cloud account is checked before anything is touched: ids of one account mean nothing in another. */
async function driverOf(
  parts: RunParts,
  { plan, operation }: Taken,
  signal: AbortSignal,
): Promise<Driver | AtlasError> {
  try {
    const driver = await parts.driverFor({ workspace: plan.workspace, provider: plan.provider, operation })
    const account = await readPatiently(() => accountOf(driver, signal), signal)
    if (account === plan.account) return driver
    return new AtlasError('account_mismatch', `The plan is for ${plan.account}, the credential is for ${account}.`, {
      hint: 'Set the credential of that account, or plan again.',
    })
  } catch (error) {
    // A credential is looked up in the database: while that is away, the operation waits instead of failing.
    const waits = isPassing(error) || isAtlasError(error, 'database_unavailable') || isAtlasError(error, 'disk_full')
    if (isAtlasError(error) && !waits) return error
    throw error
  }
}

function watchCancel(taken: Taken, cancelled: AbortController, letGo: AbortController): NodeJS.Timeout {
  const { journal, cancelRequested } = taken
  const why = new AtlasError('operation_cancelled', 'The operation was cancelled.')
  if (cancelRequested) cancelled.abort(why)
  return setInterval(() => {
    journal.cancelRequested().then(
      (asked) => asked && cancelled.abort(why),
      (error: unknown) => isAtlasError(error, 'fenced') && letGo.abort(error),
    )
  }, cancelPollMs)
}

function failure({ code, message, hint }: AtlasError): Finish {
  return { status: 'failed', error: { code, message, ...(hint && { hint }) } }
}
