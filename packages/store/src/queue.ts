import type { Deliveries, Delivery } from '@atlas/engine'
import type { Transaction } from 'kysely'
import { sql } from 'kysely'
import { fromKysely, PgBoss } from 'pg-boss'
import { type Connection, hardyPool } from './connection.ts'
import type { Listener } from './listener.ts'
import type { Database } from './schema.ts'
import { channels } from './statements.ts'
import { explained } from './trouble.ts'
import { turns } from './turns.ts'

/** Schema of pg-boss in the database. */
export const queueSchema = 'atlas_queue'
const queue = 'operations'

/**
 * One job per operation, for delivery only: everything an operation knows is in its rows. So a job may be delivered as
 * often as it takes (the epoch tells workers apart), and may take as long as a day. The watcher looks after its heartbeat;
 * pg-boss would too, once a minute.
 */
const settings = {
  policy: 'standard',
  retryLimit: 1000,
  retryDelay: 0,
  expireInSeconds: 82_800,
  heartbeatSeconds: 10,
  deleteAfterSeconds: 3600,
  notify: true,
} as const

const heartbeatMs = 2000
const pollMs = 2000

export interface Queue extends Deliveries {
  start(): Promise<void>
  /** In the transaction that writes the operation. */
  send(tx: Transaction<Database>, operation: string): Promise<void>
  /** Delivers an operation again whose job stands with a dead worker. Nothing happens if it moved on since it was seen. */
  redeliver(seen: { operation: string; retryCount: number }): Promise<boolean>
  /** Makes a job for an operation that has none alive. */
  resend(operation: string): Promise<void>
  stop(): Promise<void>
}

interface Job {
  operation: string
  retryCount: number
}

/**
 * pg-boss settles jobs by id alone, so a worker that was taken for dead could end the job of its successor. Here every
 * settlement first locks the very delivery it means (its retry count), in the same transaction.
 */
export function operationQueue(connection: Connection, listener: Listener, onTrouble: (error: unknown) => void): Queue {
  const { url, db } = connection
  // Connections of its own: inside a transaction of ours pg-boss may ask for one more, and all of ours may be in
  // transactions that wait for that one.
  const pool = hardyPool({ connectionString: url, max: 2, application_name: 'atlas queue' })
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    schema: queueSchema,
    schedule: false,
    // Jobs that wait for other jobs: there are none.
    flowIntervalSeconds: 3600,
  })
  boss.on('error', onTrouble)

  // However many wait for a job, one of them looks: the others would only ask the database the same.
  const turn = turns()

  async function fetch(): Promise<Job | undefined> {
    const [job] = await boss.fetch(queue, { includeMetadata: true })
    return job && { operation: job.id, retryCount: job.retryCount }
  }

  /** `false`: the delivery is no longer this one. */
  const settle = (job: Job, how: (tx: Transaction<Database>) => Promise<unknown>) =>
    db.transaction().execute(async (tx) => {
      const { rows } = await sql`
        select from ${sql.table(`${queueSchema}.job`)}
        where name = ${queue} and id = ${job.operation} and state = 'active' and retry_count = ${job.retryCount}
        for update`.execute(tx)
      if (rows.length === 0) return false
      await how(tx)
      return true
    })

  const again = (job: Job, reason: string) =>
    settle(job, async (tx) => {
      await boss.fail(queue, job.operation, { message: reason }, { db: fromKysely(tx) })
      await wake(tx)
    })

  function delivery(job: Job): Delivery {
    const beat = setInterval(() => boss.touch(queue, job.operation).catch(onTrouble), heartbeatMs)
    return {
      operation: job.operation,
      delivered: job.retryCount + 1,
      async done() {
        clearInterval(beat)
        await settle(job, (tx) => boss.complete(queue, job.operation, null, { db: fromKysely(tx) }))
      },
      async again(reason) {
        clearInterval(beat)
        await again(job, reason)
      },
      leave: () => clearInterval(beat),
    }
  }

  async function next(signal: AbortSignal): Promise<Delivery | undefined> {
    const bell = listener.bell(channels.wake)
    try {
      while (!signal.aborted) {
        const rung = bell.next()
        const job = await fetch().catch((error: unknown) => void onTrouble(error))
        if (job) return delivery(job)
        await rung.orAfter(pollMs, signal)
      }
      return undefined
    } finally {
      bell.close()
    }
  }

  return {
    start: () =>
      explained(async () => {
        await boss.start()
        await boss.createQueue(queue, settings)
      }),
    async send(tx, operation) {
      await boss.send(queue, null, { id: operation, db: fromKysely(tx) })
      await wake(tx)
    },
    redeliver: (seen) => again(seen, 'its worker is gone'),
    async resend(operation) {
      await db.transaction().execute(async (tx) => {
        await boss.deleteJob(queue, operation, { db: fromKysely(tx) })
        await boss.send(queue, null, { id: operation, db: fromKysely(tx) })
        await wake(tx)
      })
    },
    next: (signal) => turn(signal, () => next(signal)),
    async stop() {
      await boss.stop({ graceful: false })
      await pool.end()
    },
  }
}

const wake = (tx: Transaction<Database>) => sql`select pg_notify(${channels.wake}, '')`.execute(tx)
