import type { Approval, Client, Operation, Planned } from '@atlas/client'
import type { Plan } from '@atlas/core'
import { AtlasError, type ErrorCode } from '@atlas/core/errors'
import { agreed } from './ask.ts'
import type { Example, Outcome } from './command.ts'
import type { Context } from './context.ts'
import { follow } from './follow/follow.ts'
import { paintStatus } from './show/operations.ts'
import { showPlan } from './show/plan.ts'
import { duration, moneyChange, plural } from './show/text.ts'

/** One change of the world, whatever its kind: how it is planned, how it is started. */
export interface Change {
  plan(client: Client): Promise<Planned>
  start(client: Client, approval: Approval): Promise<Operation>
  /** What follows on this computer once the server has taken it on, or had nothing to do. */
  accepted?(): void
  /** What to say where the plan is empty. */
  nothing: string
  /** What to type once it is done. */
  next: readonly Example[]
}

export interface Consent {
  /** --yes */
  yes: boolean
  /** --consent: resources whose data may be lost. */
  consent: readonly string[]
  /** --override-budget: why a budget does not count this once. */
  overrideBudget?: string | undefined
  /** --detach: start it and do not wait. */
  detach?: boolean
}

/** Plans, shows, asks, starts exactly what was shown, and follows it to its end. */
export async function carryOut(context: Context, change: Change, given: Consent): Promise<Outcome> {
  const client = await context.connect()
  const plan = await change.plan(client)
  if (isNothing(plan)) {
    change.accepted?.()
    return { json: { plan, operation: null }, text: () => change.nothing, next: change.next }
  }
  context.say(`${await showPlan(plan, context.terminal)}\n`)
  if (given.overrideBudget === undefined) refuseOverBudget(plan)
  const consent = await consentFor(context, plan, given)
  if (!(await agreed(context, questionFor(plan), given.yes))) return { text: () => 'Nothing was changed.' }
  const started = await change.start(client, {
    planHash: plan.hash,
    consent,
    ...(given.overrideBudget !== undefined && { overrideBudget: given.overrideBudget }),
  })
  change.accepted?.()
  if (given.detach) return detachedOutcome(context, started, 0)
  const { operation, detached } = await follow(context, client, started)
  return detached ? detachedOutcome(context, operation, 130) : outcomeOf(context, plan, operation, change.next)
}

/** No cloud call, and nothing that Atlas would remember differently. An infrastructure without resources is one, once it is kept. */
export const isNothing = ({ kind, revision, steps, work = [], resources }: Plan): boolean =>
  !(kind === 'apply' && revision === 0) &&
  steps.length === 0 &&
  work.length === 0 &&
  resources.every(({ action }) => action === 'unchanged')

export function questionFor({ steps, work = [], price, deployment }: Plan): string {
  const count = steps.length + work.filter(({ phase }) => phase !== 'withdraw').length
  return `Carry out ${plural(count, 'step')}${deployment ? '' : `, ${moneyChange(price.change)} a month`}?`
}

/** The server refuses it too, with the figures of that moment; nobody is asked about what cannot be. */
function refuseOverBudget({ gate }: Planned): void {
  const over = gate.budgets.filter(({ verdict }) => verdict === 'block')
  const [first] = over
  if (!first) return
  const names = over.map(({ budget }) => budget).join(', ')
  throw new AtlasError('budget_exceeded', `This is more than the budget allows: ${names}`, {
    hint: `plan less, take something else away first, or have an admin raise it (atlas budgets set ${first.budget} --monthly <usd>) or carry it out all the same (--override-budget <reason>)`,
  })
}

/** Every loss of data is agreed to by name: on the command line, or on a terminal that lists it. --yes is not enough. */
export async function consentFor(
  context: Context,
  plan: Plan,
  { consent }: Pick<Consent, 'consent'>,
): Promise<readonly string[]> {
  const missing = plan.consentNeeded.filter(({ resource }) => !consent.includes(resource))
  if (missing.length === 0) return consent
  const losses = missing.map(({ resource, why }) => `${resource} (${why})`).join(', ')
  const answered = context.terminal.asks && !context.json && (await agreed(context, `Lose for good: ${losses}?`, false))
  if (!answered) throw lossRefused(plan, consent)
  return [...consent, ...missing.map(({ resource }) => resource)]
}

function lossRefused({ consentNeeded }: Plan, given: readonly string[]): AtlasError {
  const missing = consentNeeded.filter(({ resource }) => !given.includes(resource))
  return new AtlasError('consent_required', `${plural(missing.length, 'resource')} would lose data`, {
    hint: `the same with --consent ${consentNeeded.map(({ resource }) => resource).join(',')}`,
    problems: missing.map(({ resource, why }) => ({ where: resource, message: why })),
  })
}

export function outcomeOf(
  context: Context,
  plan: Plan | undefined,
  operation: Operation,
  next: readonly Example[],
): Outcome {
  const json = plan ? { plan, operation } : { operation }
  if (operation.status === 'succeeded') return { json, text: () => summary(context, operation), next }
  const code: ErrorCode = operation.status === 'cancelled' ? 'operation_cancelled' : 'operation_failed'
  context.say(summary(context, operation))
  throw new AtlasError(code, operation.error?.message ?? `Operation ${operation.id} was cancelled`, {
    hint:
      operation.error?.hint ??
      `atlas operations show ${operation.id}, then atlas operations rollback ${operation.id} or the same again`,
  })
}

function summary({ terminal }: Context, operation: Operation): string {
  const { started_at, finished_at, completed_steps, total_steps, cost_change } = operation
  const took = started_at && finished_at ? ` in ${duration(Date.parse(finished_at) - Date.parse(started_at))}` : ''
  const steps = `${completed_steps} of ${plural(total_steps, 'step')}${took}, ${moneyChange(cost_change)} a month`
  return `${operation.kind} ${operation.infrastructure} ${paintStatus(operation.status, terminal.colours)}: ${steps}`
}

/** `exit` is 0 where that was wanted, 130 where Ctrl-C did it, as a shell has it. */
async function detachedOutcome(context: Context, operation: Operation, exit: 0 | 130): Promise<Outcome> {
  const { embedded } = await context.session()
  const fate = embedded
    ? 'pauses with the server of this command and goes on when the next one runs (any atlas command, or `atlas dev`)'
    : 'goes on without being watched'
  return {
    exit,
    json: { operation },
    text: () => `Operation ${operation.id} ${fate}.`,
    next: [
      { line: `atlas operations watch ${operation.id}`, does: 'watch it again' },
      { line: `atlas operations cancel ${operation.id}`, does: 'stop it after the calls under way' },
    ],
  }
}
