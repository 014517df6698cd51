import type { AtlasEvent, EventType, JsonObject } from '@atlas/core'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Connection } from './connection.ts'
import type { Listener } from './listener.ts'
import type { Database } from './schema.ts'
import { channels, eventLock } from './statements.ts'
import { untilTaken } from './trouble.ts'

export interface NewEvent {
  type: EventType
  operation?: string
  step?: number
  data: JsonObject
}

/** The last statement of a transaction: from here to its commit it holds the lock that keeps event ids in order. */
export async function writeEvents(
  tx: Transaction<Database>,
  { workspace, infrastructure }: { workspace: string; infrastructure: string },
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return
  await sql`select ${sql.raw(eventLock('x.workspace'))} from (select ${workspace}::text as workspace) x`.execute(tx)
  const rows = events.map(({ type, operation, step, data }) => ({
    type,
    workspace,
    infrastructure,
    operation: operation ?? null,
    step: step ?? null,
    data: JSON.stringify(data),
  }))
  for (let from = 0; from < rows.length; from += rowsPerInsert) {
    await tx
      .insertInto('event')
      .values(rows.slice(from, from + rowsPerInsert))
      .execute()
  }
  await sql`select pg_notify(${channels.event}, '')`.execute(tx)
}

/** PostgreSQL takes 65,535 parameters in a statement. */
const rowsPerInsert = 1000

const page = 500
/** A notification can be lost with the connection it was meant for, so readers also look by themselves. */
const lookAgainMs = 5000

/**
 * Events after an id, then live ones, until the signal fires: no gap, no duplicate. While the database is away, the
 * reader waits with it.
 */
export async function* readEvents(
  { db }: Connection,
  listener: Listener,
  workspace: string,
  filter: { afterId: number; operation?: string; infrastructure?: string },
  signal: AbortSignal,
): AsyncGenerator<AtlasEvent> {
  let after = filter.afterId
  const bell = listener.bell(channels.event)
  try {
    while (!signal.aborted) {
      const rung = bell.next()
      // A reader that has gone must not go on asking, least of all a store that is closed by now.
      const events = await untilTaken(
        async () => (signal.aborted ? [] : readPage(db, workspace, { ...filter, afterId: after })),
        () => {},
      )
      for (const event of events) {
        after = event.id
        yield event
        if (signal.aborted) return
      }
      if (events.length < page) await rung.orAfter(lookAgainMs, signal)
    }
  } finally {
    bell.close()
  }
}

async function readPage(
  db: Kysely<Database>,
  workspace: string,
  { afterId, operation, infrastructure }: { afterId: number; operation?: string; infrastructure?: string },
): Promise<AtlasEvent[]> {
  let query = db
    .selectFrom('event')
    .select(['id', 'type', 'time', 'workspace', 'infrastructure', 'operation', 'step', 'data'])
    .where('workspace', '=', workspace)
    .where('id', '>', String(afterId))
    .orderBy('id')
    .limit(page)
  if (operation !== undefined) query = query.where('operation', '=', operation)
  if (infrastructure !== undefined) query = query.where('infrastructure', '=', infrastructure)
  const rows = await query.execute()
  return rows.map((row) => ({
    ...row,
    id: Number(row.id),
    type: row.type as EventType,
    time: row.time.toISOString(),
  }))
}
