import { sql } from 'kysely'
import type { Connection } from '../connection.ts'
import { explained } from '../trouble.ts'
import { writeEvents } from './events.ts'

/** Advisory lock of the one process that looks whether a heartbeat is due. */
const heartbeatLock = 10

/**
 * Tells that all is running, once in so many minutes however many servers ask. @returns whether it was this one
 */
export function heartbeat({ db }: Connection, workspace: string, everyMinutes: number): Promise<boolean> {
  return explained(() =>
    db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(${heartbeatLock}, hashtext(${workspace}))`.execute(tx)
      const { rows: recent } = await sql`
        select from event where workspace = ${workspace} and type = 'server.heartbeat'
          and time > clock_timestamp() - ${everyMinutes} * interval '1 minute' limit 1`.execute(tx)
      if (recent.length > 0) return false
      const { rows } = await sql<{ data: { environments: []; running: number; queued: number } }>`
        select jsonb_build_object(
          'environments', coalesce((
            select jsonb_agg(jsonb_build_object('project', e.project, 'environment', e.name, 'release', d.release)
              order by e.project, e.name)
            from environment e left join deployment d on d.operation = e.serving where e.workspace = ${workspace}), '[]'),
          'running', (select count(*) from operation where workspace = ${workspace} and status = 'running'),
          'queued', (select count(*) from operation where workspace = ${workspace} and status in ('waiting', 'queued'))
        ) as data`.execute(tx)
      await writeEvents(tx, { workspace, infrastructure: null }, [{ type: 'server.heartbeat', data: rows[0]!.data }])
      return true
    }),
  )
}
