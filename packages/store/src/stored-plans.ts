import { AtlasError, type Json, type Plan } from '@atlas/core'
import type { Connection } from './connection.ts'
import { explained } from './trouble.ts'

/** A plan that somebody made to be applied later, with what was asked for then. */
export interface StoredPlanRecord<Request> {
  request: Request
  plan: Plan
  madeBy: string
  madeAt: string
  expiresAt: string
}

interface Row {
  request: unknown
  body: Plan
  made_by: string
  made_at: Date
  expires_at: Date
}

/** Plans are kept so long. The prices in them are of a catalogue, not of a day. */
const kept = "interval '24 hours'"

const columns = 'request, body, made_by, made_at, expires_at'

/** The same plan made again is kept anew. What has expired goes with the next one that is kept. */
export async function storePlan<Request>(
  { pool }: Connection,
  plan: Plan,
  request: Request,
  madeBy: string,
): Promise<StoredPlanRecord<Request>> {
  return explained(async () => {
    await pool.query('delete from stored_plan where expires_at < now()')
    const { rows } = await pool.query<Row>(
      `insert into stored_plan (workspace, hash, request, body, made_by, expires_at)
       values ($1, $2, $3, $4, $5, now() + ${kept})
       on conflict (workspace, hash) do update
       set request = excluded.request, made_by = excluded.made_by, made_at = now(), expires_at = excluded.expires_at
       returning ${columns}`,
      [plan.workspace, plan.hash, JSON.stringify(request), JSON.stringify(plan), madeBy],
    )
    return record(rows[0]!)
  })
}

/** @throws AtlasError `not_found` */
export async function readStoredPlan<Request = Json>(
  { pool }: Connection,
  workspace: string,
  hash: string,
): Promise<StoredPlanRecord<Request>> {
  const { rows } = await explained(() =>
    pool.query<Row>(`select ${columns} from stored_plan where workspace = $1 and hash = $2 and expires_at > now()`, [
      workspace,
      hash,
    ]),
  )
  if (rows[0]) return record(rows[0])
  throw new AtlasError('not_found', `There is no plan ${hash.slice(0, 12)}… in ${workspace}.`, {
    hint: 'plans are kept for 24 hours: make it again',
  })
}

const record = <Request>(row: Row): StoredPlanRecord<Request> => ({
  request: row.request as Request,
  plan: row.body,
  madeBy: row.made_by,
  madeAt: row.made_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
})
