import { type JsonObject, type Judged, worseThan } from '@atlas/core'
import { sql, type Transaction } from 'kysely'
import type { Connection } from '../connection.ts'
import { type NewEvent, writeEvents } from '../events/events.ts'
import type { Database } from '../schema.ts'
import { explained } from '../trouble.ts'
import { holdBudgets } from './budgets.ts'
import { figures, judgeAll } from './gate.ts'

/** Nodes that look at the same time share the turns. */
const turn = sql`interval '30 s'`

/**
 * Judges every budget whose turn it is as it stands without any plan, keeps that for the figures, and tells of those that
 * have passed a threshold: once, until they are below it again.
 * @returns how many were told of
 */
export async function watchBudgets(connection: Connection): Promise<number> {
  let told = 0
  for (const workspace of await explained(() => due(connection)))
    told += await explained(() => connection.db.transaction().execute((tx) => watch(tx, workspace)))
  return told
}

/** Taking the turn is the update itself, so two nodes never take the same. */
async function due({ db }: Connection): Promise<Set<string>> {
  const rows = await db
    .updateTable('budget')
    .set({ judged_at: sql<Date>`now()` })
    .where('judged_at', '<', sql<Date>`now() - ${turn}`)
    .returning('workspace')
    .execute()
  return new Set(rows.map(({ workspace }) => workspace))
}

async function watch(tx: Transaction<Database>, workspace: string): Promise<number> {
  const judged = await judgeAll(tx, workspace, await holdBudgets(tx, workspace))
  const rows = await tx.selectFrom('budget').select(['name', 'verdict']).where('workspace', '=', workspace).execute()
  const before = new Map(rows.map(({ name, verdict }) => [name, verdict]))
  for (const one of judged) await keep(tx, workspace, one)
  const passed = judged.filter(({ budget, verdict }) => worseThan(verdict, before.get(budget.name) ?? 'ok'))
  await writeEvents(tx, { workspace, infrastructure: null }, passed.map(told))
  return passed.length
}

const keep = (tx: Transaction<Database>, workspace: string, { budget, verdict, wouldBe, monthToDate }: Judged) =>
  tx
    .updateTable('budget')
    .set({ verdict, would_be: wouldBe, month_to_date: monthToDate })
    .where('workspace', '=', workspace)
    .where('name', '=', budget.name)
    .execute()

const told = (judged: Judged): NewEvent => ({
  type: judged.verdict === 'block' ? 'budget.exceeded' : 'budget.warned',
  data: figures(judged) satisfies JsonObject,
})
