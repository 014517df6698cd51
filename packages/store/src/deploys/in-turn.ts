import type { JsonObject, Plan } from '@atlas/core'
import type { Finish } from '@atlas/engine'
import { type Kysely, sql } from 'kysely'
import type { Connection } from '../connection.ts'
import type { Bell, Listener } from '../listener.ts'
import { beginTurn } from '../operations/submit.ts'
import type { Actor } from '../plans/stored.ts'
import type { Queue } from '../queue.ts'
import type { Database } from '../schema.ts'
import { channels } from '../statements.ts'
import { explained } from '../trouble.ts'
import { endWaiting } from './waiting.ts'

/** A deploy whose turn it is: to be planned anew, by whoever took it, against the world as it is now. */
export interface Turn {
  operation: string
  workspace: string
  /** As it was handed over. */
  wish: JsonObject
  by: Actor | undefined
  /** Somebody has asked for its end, in a backup that was restored. */
  cancelled: boolean
}

/** Deploys that wait, each environment's in the order of asking. Any number of servers may look. */
export interface Waiting {
  /** The next whose place is free. It is this caller's until `heldMs` after `take` or `hold`. */
  take(): Promise<Turn | undefined>
  hold(operation: string): Promise<void>
  /** Somebody else may take it at once. */
  giveBack(operation: string): Promise<void>
  /**
   * Stores what was planned, and lets a worker have it.
   * @returns `false` where it is over by now, or not its turn
   * @throws what `submit` does
   */
  begin(turn: Turn, plan: Plan): Promise<boolean>
  /** It was cancelled, or it cannot be planned. */
  end(operation: string, end: Finish): Promise<void>
  /** Rings when it may be somebody's turn. */
  bell(): Bell
}

export const heldMs = 10_000

export const waiting = (connection: Connection, queue: Pick<Queue, 'send'>, listener: Listener): Waiting => ({
  take: () => explained(() => take(connection.db)),
  hold: (operation) => explained(() => until(connection.db, operation, sql`now() + ${heldMs} * interval '1 ms'`)),
  giveBack: (operation) => explained(() => until(connection.db, operation, sql`null`)),
  begin: (turn, plan) => beginTurn(connection, queue, turn, plan),
  end: (operation, end) =>
    explained(async () => {
      await connection.db.transaction().execute((tx) => endWaiting(tx, operation, end))
    }),
  bell: () => listener.bell(channels.turn),
})

async function take(db: Kysely<Database>): Promise<Turn | undefined> {
  const { rows } = await sql<{
    operation: string
    workspace: string
    wish: JsonObject
    actor: Actor | null
    cancelled: boolean
  }>`
    update waiting_deploy t set planned_until = now() + ${heldMs} * interval '1 ms'
    from (
      select w.operation, o.workspace, o.cancel_requested as cancelled from waiting_deploy w join operation o on o.id = w.operation
      where (w.planned_until is null or w.planned_until < now())
        and not exists (select from waiting_deploy f where f.environment_id = w.environment_id and f.place < w.place)
        and not exists (select from operation r where r.status in ('queued', 'running') and (r.environment_id = w.environment_id
          or (r.environment_id is null and r.infrastructure_id = o.infrastructure_id)))
      order by w.place limit 1 for update of w skip locked) n
    where t.operation = n.operation
    returning t.operation, n.workspace, n.cancelled, t.wish, t.actor`.execute(db)
  const [row] = rows
  if (!row) return undefined
  const { actor, ...turn } = row
  return { ...turn, by: actor ?? undefined }
}

async function until(db: Kysely<Database>, operation: string, when: ReturnType<typeof sql>): Promise<void> {
  await sql`update waiting_deploy set planned_until = ${when} where operation = ${operation}`.execute(db)
}
