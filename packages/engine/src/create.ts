import { AtlasError, type Observed, type Resolved, type Step } from '@atlas/core'
import { bring, vanished } from './bring.ts'
import { type Context, identityOf } from './context.ts'
import { mutate } from './mutate.ts'
import { backoff, pause } from './retry.ts'
import { boundAfterRequest, boundAfterTakeover, settle } from './settle.ts'

/** So many calls without a certain answer fail the step: each was settled, nothing is left behind. */
const maxCalls = 12

/**
 * Makes one resource, exactly once, and brings it to what is wanted.
 *
 *   intent committed → gate → create → claim, outcome, state and event in one transaction → ready → unchanged → done
 *
 * A worker that takes over goes on where the rows stand: claimed → ready; an intent without a claim → settle.
 */
export async function create(context: Context, step: Step): Promise<void> {
  const want = await context.resolve(step.specifications)
  const made = await claimed(context, step, want)
  if (made === 'done') return
  const ready = await bring(context, step, want, made)
  context.at('create.ready')
  await context.taken.journal.done(step.n, context.holding(step, ready))
}

async function claimed(context: Context, step: Step, want: Resolved): Promise<Observed | 'done'> {
  const row = context.row(step.n)
  if (row.made) {
    const seen = await context.looks(step.type).now(row.made.id)
    if (!seen) throw vanished(step)
    return seen
  }
  const openIntent = row.status === 'running'
  const before =
    openIntent && (await settle(context, step, { notBefore: boundAfterTakeover(context), specifications: want }))
  return before || make(context, step, want)
}

async function make(context: Context, step: Step, want: Resolved): Promise<Observed | 'done'> {
  for (let calls = 1; calls <= maxCalls; calls++) {
    context.leave.throwIfAborted()
    const { token, ending } = await call(context, step, want)
    if (ending.kind === 'answer') {
      const settled = await keep(context, step, want, ending.value)
      if (settled) return settled
    }
    const found = await settle(context, step, { notBefore: boundAfterRequest(context), specifications: want, token })
    if (found) return found
    await pause(backoff(calls), context.leave)
  }
  throw new AtlasError('cloud_unavailable', `${step.resource} could not be made: ${maxCalls} requests had no answer.`, {
    hint: "Nothing of it exists. Look at the cloud's status page, then apply again.",
  })
}

async function call(context: Context, step: Step, want: Resolved) {
  const { taken, at } = context
  const resource = context.resource(step.type)
  const identity = identityOf(context, step)
  // Where nothing can be stamped, what is there before tells what is new afterwards.
  const before =
    resource.stamping === 'none' ? (await context.looks(step.type).listing()).map((one) => one.physicalId) : undefined

  let token = ''
  const intend = async () => {
    at('create.before-intent')
    const { attempt } = await taken.journal.intent(step.n, before)
    token = `${taken.epoch}.${attempt}`
    const row = context.row(step.n)
    row.status = 'running'
    row.before = before
    at('create.intent-committed')
  }
  const ending = await mutate(
    context,
    step,
    ({ gate }) => {
      const answer = resource.create({
        identity,
        stamp: { owner: taken.owner, identity: step.identity, operation: taken.operation, step: step.n, token },
        name: step.resource,
        region: taken.plan.region,
        specifications: want,
        gate,
      })
      at('create.gated')
      return answer
    },
    intend,
  )
  at('create.answered')
  return { token, ending }
}

/** One transaction where it is ready as wanted at once. `undefined`: somebody else's claim came first. */
async function keep(
  context: Context,
  step: Step,
  want: Resolved,
  made: Observed,
): Promise<Observed | 'done' | undefined> {
  const ready = made.phase === 'ready' && context.resource(step.type).diff(want, made).kind === 'unchanged'
  const ours = await context.taken.journal.claim(step.n, context.holding(step, made), { adopted: false, ready })
  if (!ours) return undefined
  context.row(step.n).made = { id: made.id, physicalId: made.physicalId }
  context.at('create.claimed')
  if (!ready) return made
  context.saw(step.resource, step.generation, made)
  return 'done'
}
