import { AtlasError, type Budget } from '@atlas/core'
import type { Selectable, Transaction } from 'kysely'
import { sql } from 'kysely'
import type { Connection } from '../connection.ts'
import type { Database } from '../schema.ts'
import { explained } from '../trouble.ts'

export const listBudgets = ({ db }: Connection, workspace: string): Promise<Budget[]> =>
  explained(async () => {
    const rows = await db.selectFrom('budget').selectAll().where('workspace', '=', workspace).orderBy('name').execute()
    return rows.map(budgetOf)
  })

/** Who judges a plan and then carries it out holds these until it is written, so that two cannot pass side by side. */
export async function holdBudgets(tx: Transaction<Database>, workspace: string): Promise<Budget[]> {
  const rows = await tx
    .selectFrom('budget')
    .selectAll()
    .where('workspace', '=', workspace)
    .orderBy('name')
    .forUpdate()
    .execute()
  return rows.map(budgetOf)
}

/** Makes it, or puts it in the place of the one of its name. */
export const putBudget = ({ db }: Connection, workspace: string, budget: Budget): Promise<void> =>
  explained(async () => {
    const { name, tag, monthly, warnPercent, blockPercent } = budget
    const values = { tag, monthly, warn_percent: warnPercent, block_percent: blockPercent }
    await db
      .insertInto('budget')
      .values({ workspace, name, ...values })
      .onConflict((conflict) =>
        conflict
          .columns(['workspace', 'name'])
          .doUpdateSet({ ...values, updated_at: sql<Date>`now()`, judged_at: sql<Date>`'epoch'` }),
      )
      .execute()
  })

/** @throws AtlasError `not_found` */
export const removeBudget = ({ db }: Connection, workspace: string, name: string): Promise<void> =>
  explained(async () => {
    const gone = await db
      .deleteFrom('budget')
      .where('workspace', '=', workspace)
      .where('name', '=', name)
      .returning('name')
      .executeTakeFirst()
    if (!gone) throw unknownBudget(workspace, name)
  })

export const unknownBudget = (workspace: string, name: string) =>
  new AtlasError('not_found', `There is no budget ${name} in ${workspace}.`, { hint: 'atlas budgets list' })

const budgetOf = (row: Selectable<Database['budget']>): Budget => ({
  name: row.name,
  tag: row.tag,
  monthly: row.monthly,
  warnPercent: row.warn_percent,
  blockPercent: row.block_percent,
})
