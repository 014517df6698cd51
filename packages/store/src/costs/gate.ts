import {
  type AtlasError,
  type Budget,
  type BudgetOverride,
  blockedBy,
  forecastOf,
  type Gate,
  gateOf,
  inFlightUnder,
  type Json,
  type JsonObject,
  type Judged,
  judge,
  meter,
  monthAfter,
  monthStart,
  type Plan,
  plannedUnder,
  type Spending,
  totalOf,
} from '@atlas/core'
import type { Kysely, Transaction } from 'kysely'
import type { Connection } from '../connection.ts'
import { type NewEvent, writeEvents } from '../events/events.ts'
import type { Database } from '../schema.ts'
import { explained } from '../trouble.ts'
import { listBudgets } from './budgets.ts'
import { readUsage } from './usage.ts'

type Reader = Pick<Kysely<Database>, 'selectFrom' | 'selectNoFrom'>

/** What the budgets say to a plan at this moment. Submitting judges again, under a lock. */
export async function gateFor(connection: Connection, plan: Plan): Promise<Gate> {
  const budgets = await listBudgets(connection, plan.workspace)
  return explained(() => judgePlan(connection.db, budgets, plan))
}

/** How every budget stands without any plan: `block` means that nothing more would pass. */
export async function standings(connection: Connection, workspace: string): Promise<Judged[]> {
  const budgets = await listBudgets(connection, workspace)
  return explained(() => judgeAll(connection.db, workspace, budgets))
}

/** The same of budgets that were read already. */
export async function judgeAll(db: Reader, workspace: string, budgets: readonly Budget[]): Promise<Judged[]> {
  if (budgets.length === 0) return []
  const spendingUnder = await readSpending(db, workspace, '')
  return budgets.map((budget) =>
    judge(budget, { ...spendingUnder(budget.tag), planned: { after: 0, change: 0 } }, true),
  )
}

/** Only budgets under whose tag the plan has something or changes something have a say. */
export async function judgePlan(db: Reader, budgets: readonly Budget[], plan: Plan): Promise<Gate> {
  const concerned = budgets
    .map((budget) => ({ budget, planned: plannedUnder(plan, budget.tag) }))
    .filter(({ planned }) => planned.after !== 0 || planned.change !== 0)
  if (concerned.length === 0) return gateOf([])
  const spendingUnder = await readSpending(db, plan.workspace, plan.infrastructure)
  return gateOf(concerned.map(({ budget, planned }) => judge(budget, { ...spendingUnder(budget.tag), planned })))
}

/** Reads once what all budgets of a workspace are held against, for one tag after another. */
async function readSpending(db: Reader, workspace: string, planned: string) {
  // In this order a step that ends in between is counted twice rather than not at all.
  const operations = await readInFlight(db, workspace, planned)
  const resources = await readRunning(db, workspace, planned)
  const { usage, now } = await readUsage(db, workspace, 'this month')
  const monthLeft = Math.min(1, (monthAfter(now).getTime() - now.getTime()) / fullMonthMs)
  return (tag: string | null): Omit<Spending, 'planned'> => {
    const counted = <T extends { tags: readonly string[] }>(all: readonly T[]) =>
      tag === null ? all : all.filter(({ tags }) => tags.includes(tag))
    const metered = counted(usage)
    return {
      running: counted(resources).reduce((total, { monthly }) => total + (monthly ?? 0), 0),
      inFlight: operations.reduce((total, { description, steps }) => total + inFlightUnder(description, steps, tag), 0),
      metered: {
        toDate: totalOf(meter(metered, monthStart(now), now)),
        forecast: forecastOf(metered, monthStart(now), now),
      },
      monthLeft,
    }
  }
}

/** A monthly price is reached after 672 hours. */
const fullMonthMs = 672 * 3600_000

const readRunning = (db: Reader, workspace: string, except: string) =>
  db
    .selectFrom('resource')
    .innerJoin('infrastructure', 'infrastructure.id', 'resource.infrastructure_id')
    .where('infrastructure.workspace', '=', workspace)
    .where('infrastructure.name', '<>', except)
    .where('resource.phase', '<>', 'missing')
    .select(['resource.monthly', 'resource.tags'])
    .execute()

/** A create that is claimed is not open any more: it stands among what runs. */
async function readInFlight(db: Reader, workspace: string, except: string) {
  const rows = await db
    .selectFrom('operation')
    .innerJoin('plan', 'plan.operation', 'operation.id')
    .innerJoin('step', 'step.operation', 'operation.id')
    .where('operation.workspace', '=', workspace)
    .where('operation.infrastructure', '<>', except)
    .where('operation.status', 'in', ['queued', 'running'])
    .where('operation.environment_id', 'is', null)
    .where('step.status', 'in', ['pending', 'running'])
    .where((eb) => eb.or([eb('step.action', '<>', 'create'), eb('step.cloud_id', 'is', null)]))
    .select(['operation.id', 'step.resource', 'step.monthly'])
    .execute()
  const steps = Map.groupBy(rows, ({ id }) => id)
  if (steps.size === 0) return []
  const plans = await db
    .selectFrom('plan')
    .select((eb) => ['operation', eb.ref('body', '->').key('description').$castTo<JsonObject>().as('description')])
    .where('operation', 'in', [...steps.keys()])
    .execute()
  return plans.map(({ operation, description }) => ({ description, steps: steps.get(operation)! }))
}

export const warned = (operation: string, { budgets }: Gate): NewEvent[] =>
  budgets
    .filter(({ verdict }) => verdict === 'warn')
    .map((judged) => ({ type: 'budget.warned', operation, data: figures(judged) }))

/** The operation has told of these, so that looking at them later does not again. */
export async function noteWarned(tx: Transaction<Database>, workspace: string, { budgets }: Gate): Promise<void> {
  const names = budgets.filter(({ verdict }) => verdict === 'warn').map(({ budget }) => budget.name)
  if (names.length === 0) return
  await tx
    .updateTable('budget')
    .set({ verdict: 'warn' })
    .where('workspace', '=', workspace)
    .where('name', 'in', names)
    .where('verdict', '=', 'ok')
    .execute()
}

/** Each budget that would have blocked it. */
export const overridden = (operation: string, gate: Gate, { by, reason }: BudgetOverride): NewEvent[] =>
  blockedBy(gate).map((judged) => ({
    type: 'budget.overridden',
    operation,
    data: { ...figures(judged), by, reason },
  }))

export const figures = ({ budget, wouldBe, warnAt, blockAt }: Judged): JsonObject => ({
  budget: budget.name,
  would_be: wouldBe,
  warn_at: warnAt,
  block_at: blockAt,
})

/** Of what was refused nothing is written but this. */
export const tellBlocked = ({ db }: Connection, plan: Plan, { problems }: AtlasError): Promise<void> =>
  db.transaction().execute((tx) => {
    const budgets = problems.map(({ where = '', message }): Json => ({ where, message }))
    return writeEvents(tx, plan, [{ type: 'budget.blocked', data: { planHash: plan.hash, budgets } }])
  })
