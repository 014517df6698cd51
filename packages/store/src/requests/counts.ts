import { sql } from 'kysely'
import type { Connection } from '../connection.ts'
import { explained } from '../trouble.ts'

/** How often a caller asked within a window; windows are numbered from 1970. */
export interface RequestCount {
  caller: string
  window: number
  requests: number
}

/**
 * Adds what one node has counted, and answers what all have together, in one round trip. Windows before the last but one
 * are forgotten.
 */
export function exchangeRequestCounts({ db }: Connection, mine: readonly RequestCount[]): Promise<RequestCount[]> {
  return explained(async () => {
    const { rows } = await sql<{ caller: string; window: string; requests: string }>`
      with mine as (
        select * from jsonb_to_recordset(${JSON.stringify(mine)}::jsonb) as x (caller text, "window" bigint, requests bigint)
      ),
      forgotten as (
        delete from request_count where "window" < (select min("window") - 1 from mine)
      )
      insert into request_count as c select * from mine order by caller, "window"
      on conflict (caller, "window") do update set requests = c.requests + excluded.requests
      returning *`.execute(db)
    return rows.map(({ caller, window, requests }) => ({ caller, window: Number(window), requests: Number(requests) }))
  })
}
