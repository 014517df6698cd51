import type { Plan } from '@atlas/core'
import { sql } from 'kysely'
import type { Connection } from '../connection.ts'
import { pageOf } from '../page.ts'
import { explained } from '../trouble.ts'
import { type ApprovalRecord, approvalOf } from './stored.ts'

/** A plan that is kept, without its steps. */
export interface StoredPlanSummary extends Pick<Plan, 'hash' | 'infrastructure' | 'kind' | 'consentNeeded'> {
  steps: number
  /** USD a month. */
  monthlyChange: number
  madeBy: string
  madeAt: string
  expiresAt: string
  approval: ApprovalRecord | null
}

/** When it was made, to the microsecond, and its hash. */
export type PlanPlace = [at: string, hash: string]

export interface StoredPlanFilter {
  approval?: ApprovalRecord['status']
  limit: number
  /** Goes on behind this one. */
  after?: PlanPlace
}

/** Those of a workspace that have not expired, the latest first. `next` is there where more follow. */
export async function storedPlanPage(
  { db }: Connection,
  workspace: string,
  { approval, limit, after }: StoredPlanFilter,
): Promise<{ plans: StoredPlanSummary[]; next?: PlanPlace }> {
  let query = db
    .selectFrom('stored_plan')
    .select(['hash', 'made_by', 'made_at', 'expires_at'])
    .select(['approval', 'asker', 'asked_at', 'decider', 'decided_at', 'decision_reason', 'consent'])
    .select([
      sql<string>`to_char(made_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`.as('place'),
      sql<string>`body ->> 'infrastructure'`.as('infrastructure'),
      sql<Plan['kind']>`body ->> 'kind'`.as('kind'),
      sql<Plan['consentNeeded']>`body -> 'consentNeeded'`.as('consent_needed'),
      sql<number>`jsonb_array_length(body -> 'steps')`.as('steps'),
      sql<number>`(body #>> '{price,change}')::float8`.as('change'),
    ])
    .where('workspace', '=', workspace)
    .where('expires_at', '>', sql<Date>`now()`)
    .orderBy('made_at', 'desc')
    .orderBy('hash', 'desc')
    .limit(limit + 1)
  if (approval) query = query.where('approval', '=', approval)
  if (after) query = query.where(sql<boolean>`(made_at, hash) < (${after[0]}::timestamptz, ${after[1]})`)
  const read = await explained(() => query.execute())
  const { rows, ...more } = pageOf(read, limit, ({ place, hash }): PlanPlace => [place, hash])
  const plans = rows.map((row) => ({
    hash: row.hash,
    infrastructure: row.infrastructure,
    kind: row.kind,
    steps: row.steps,
    monthlyChange: row.change,
    consentNeeded: row.consent_needed,
    madeBy: row.made_by,
    madeAt: row.made_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    approval: approvalOf(row),
  }))
  return { plans, ...more }
}
