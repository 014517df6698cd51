import { AtlasError, type AuditEntry, type Json, type Plan } from '@atlas/core'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { Connection } from '../connection.ts'
import type { Database } from '../schema.ts'
import { explained } from '../trouble.ts'

export type Actor = AuditEntry['actor']

/** A plan that somebody made to be applied later, with what was asked for then. Times are ISO 8601. */
export interface StoredPlanRecord<Request = Json> {
  request: Request
  plan: Plan
  maker: Actor
  madeAt: string
  expiresAt: string
  /** `null`: nobody has asked for one, and nobody has given one. */
  approval: ApprovalRecord | null
}

export interface ApprovalRecord {
  status: 'pending' | 'approved' | 'rejected'
  /** `null`: it was decided before anybody asked. */
  asker: Actor | null
  askedAt: string | null
  decider: Actor | null
  decidedAt: string | null
  reason: string | null
  /** Resources whose data may be lost, as who approved it has said. */
  consent: string[]
}

/** Plans are kept so long. The prices in them are of a catalogue, not of a day. */
const kept = sql<Date>`now() + interval '24 hours'`

/**
 * The same plan made again is kept anew; but where an approval was asked for it stays whose and as old as it is, so that
 * nobody makes an approval last longer. What has expired goes with the next one that is kept.
 */
export async function storePlan<Request>(
  { db }: Connection,
  plan: Plan,
  request: Request,
  maker: Actor,
): Promise<StoredPlanRecord<Request>> {
  return explained(async () => {
    await db.deleteFrom('stored_plan').where('expires_at', '<', sql<Date>`now()`).execute()
    const given = { request: JSON.stringify(request), maker: JSON.stringify(maker), made_by: maker.name }
    const { workspace, hash } = plan
    await db
      .insertInto('stored_plan')
      .values({ workspace, hash, body: JSON.stringify(plan), expires_at: kept, ...given })
      .onConflict((conflict) =>
        conflict
          .columns(['workspace', 'hash'])
          .doUpdateSet({ ...given, made_at: sql<Date>`now()`, expires_at: kept })
          .where('stored_plan.approval', 'is', null),
      )
      .execute()
    return readStoredPlan<Request>({ db }, workspace, hash)
  })
}

/** @throws AtlasError `not_found` */
export async function readStoredPlan<Request = Json>(
  { db }: Pick<Connection, 'db'>,
  workspace: string,
  hash: string,
): Promise<StoredPlanRecord<Request>> {
  const row = await explained(() => keptPlan(db, workspace, hash).executeTakeFirst())
  if (row) return record(row)
  throw unknownPlan(workspace, hash)
}

/** What a kept plan was asked for with, without the plan, which of many steps is a megabyte. @throws AtlasError `not_found` */
export async function readPlannedRequest<Request>(
  { db }: Pick<Connection, 'db'>,
  workspace: string,
  hash: string,
): Promise<Request> {
  const row = await explained(() => keptPlan(db, workspace, hash).clearSelect().select('request').executeTakeFirst())
  if (row) return row.request as Request
  throw unknownPlan(workspace, hash)
}

export const keptPlan = (db: Pick<Kysely<Database>, 'selectFrom'>, workspace: string, hash: string) =>
  db
    .selectFrom('stored_plan')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('hash', '=', hash)
    .where('expires_at', '>', sql<Date>`now()`)

export const unknownPlan = (workspace: string, hash: string) =>
  new AtlasError('not_found', `There is no plan ${hash.slice(0, 12)}… in ${workspace}.`, {
    hint: 'plans are kept for 24 hours: make it again',
  })

export const record = <Request>(row: Selectable<Database['stored_plan']>): StoredPlanRecord<Request> => ({
  request: row.request as Request,
  plan: row.body,
  maker: row.maker ?? { kind: 'unknown', id: '', name: row.made_by },
  madeAt: row.made_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
  approval: approvalOf(row),
})

type ApprovalColumns = Pick<
  Selectable<Database['stored_plan']>,
  'approval' | 'asker' | 'asked_at' | 'decider' | 'decided_at' | 'decision_reason' | 'consent'
>

export const approvalOf = (row: ApprovalColumns): ApprovalRecord | null =>
  row.approval && {
    status: row.approval,
    asker: row.asker,
    askedAt: row.asked_at?.toISOString() ?? null,
    decider: row.decider,
    decidedAt: row.decided_at?.toISOString() ?? null,
    reason: row.decision_reason,
    consent: row.consent,
  }
