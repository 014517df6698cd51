import { AtlasError } from '@atlas/core'
import { sql } from 'kysely'
import type { Connection } from '../connection.ts'
import { explained } from '../trouble.ts'
import { forgetExpiredSecrets } from '../webhooks/rotation.ts'

/** Rows deleted in one transaction: a longer one would hold back those who write. */
const batch = 5000
/** Advisory lock of the one process that prunes at a time. */
const pruneLock = 9

/**
 * Forgets events that are older than so many days, and notes for each workspace up to where.
 * @returns how many went; 0 also while another process is at it
 */
export async function pruneEvents({ db }: Connection, days: number): Promise<number> {
  let gone = 0
  await explained(() => pruneDeliveries(db, days))
  await explained(() => forgetExpiredSecrets({ db }))
  for (const workspace of await workspacesWithEvents(db)) {
    for (;;) {
      const deleted = await explained(() => pruneBatch(db, workspace, days))
      gone += deleted
      if (deleted < batch) break
    }
  }
  return gone
}

/** Times follow ids within a workspace, so looking from the oldest on ends at the first that is young enough. */
async function pruneBatch(db: Connection['db'], workspace: string, days: number): Promise<number> {
  const { rows } = await sql<{ deleted: number }>`
    with alone as materialized (select pg_try_advisory_xact_lock(${pruneLock}, hashtext(${workspace})) as mine),
    oldest as materialized (
      select id, time from event where workspace = ${workspace} and (select mine from alone) order by id limit ${batch}
    ),
    gone as (
      delete from event
      where workspace = ${workspace}
        and id = any (array(select id from oldest where time < now() - ${days} * interval '1 day'))
      returning id
    ),
    noted as (
      insert into event_horizon (workspace, pruned_id)
      select ${workspace}, max(id) from gone having count(*) > 0
      on conflict (workspace) do update set pruned_id = greatest(event_horizon.pruned_id, excluded.pruned_id)
    )
    select count(*)::int as deleted from gone`.execute(db)
  return rows[0]!.deleted
}

async function pruneDeliveries(db: Connection['db'], days: number): Promise<void> {
  await sql`
    delete from webhook_delivery d using webhook w
    where d.webhook = w.id and d.status <> 'pending' and d.created_at < now() - ${days} * interval '1 day'`.execute(db)
}

/** Hops from one to the next by the primary key: a `distinct` would read every event. */
async function workspacesWithEvents(db: Connection['db']): Promise<string[]> {
  const { rows } = await sql<{ workspace: string }>`
    with recursive hop as (
      (select workspace from event order by workspace limit 1)
      union all
      select (select e.workspace from event e where e.workspace > hop.workspace order by e.workspace limit 1)
      from hop where hop.workspace is not null
    )
    select workspace from hop where workspace is not null`.execute(db)
  return rows.map((row) => row.workspace)
}

/**
 * Whoever goes on after an event must get all that came after it.
 * @throws AtlasError `events_gone` where some of them are kept no more, or the event never was in this database
 */
export async function checkKept({ db }: Connection, workspace: string, afterId: number): Promise<void> {
  if (afterId === 0) return
  const { rows } = await explained(() =>
    sql<{ pruned: string | null; given: string }>`
      select (select pruned_id from event_horizon where workspace = ${workspace}) as pruned,
        (select last_value from event_id_seq) as given`.execute(db),
  )
  const { pruned, given } = rows[0]!
  if (afterId < Number(pruned ?? 0)) {
    throw new AtlasError('events_gone', `Events between ${afterId} and ${pruned} are kept no more.`, {
      hint: `read the state anew, then go on with after=${pruned}, the oldest place from which all events are kept`,
    })
  }
  if (afterId > Number(given)) {
    throw new AtlasError('events_gone', `There was no event ${afterId} yet: the newest has a lower id.`, {
      hint: 'the id is from another server or from after a backup; read the state anew, then go on with after=latest',
    })
  }
}
