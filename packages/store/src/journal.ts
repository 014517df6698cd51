import { AtlasError, allSteps, type JsonObject, type Plan, type ResourceType, type Step } from '@atlas/core'
import type { Journal, StepRow, Taken, Verdict } from '@atlas/engine'
import { held, writers } from './batch.ts'
import type { Connection } from './connection.ts'
import { writeEvents } from './events/events.ts'
import { readResources } from './infrastructure/owned.ts'
import { finish } from './operations/finish.ts'
import { originOf } from './origin.ts'
import { explained, untilTaken } from './trouble.ts'

/**
 * Takes an operation over. From this commit on, whoever ran it before can write nothing more of it.
 * `undefined`: it is finished, or there is none.
 */
export function takeOver(
  connection: Connection,
  operation: string,
  worker: number,
  onTrouble: (error: unknown) => void,
): Promise<Taken | undefined> {
  return explained(async () => {
    // A plan never changes, so it is read meanwhile; what follows may be said only by who has the operation.
    const [taken, plan] = await Promise.all([bumpEpoch(connection, operation, worker), readPlan(connection, operation)])
    if (!taken || !plan) return undefined
    const [steps, resources] = await Promise.all([
      readSteps(connection, operation),
      readResources(connection, taken.infrastructure_id),
    ])
    const { workspace, infrastructure, owner, epoch } = taken
    const journal = openJournal(connection, { operation, epoch, plan, onTrouble })
    const cancelRequested = taken.cancel_requested
    const about = { operation, workspace, infrastructure, owner, epoch, cancelRequested, origin: originOf(taken) }
    return { ...about, plan, steps, resources, journal }
  })
}

async function bumpEpoch({ db }: Connection, id: string, worker: number) {
  return db.transaction().execute(async (tx) => {
    const taken = await tx
      .updateTable('operation')
      .set((eb) => ({
        epoch: eb('epoch', '+', 1),
        worker,
        status: 'running',
        started_at: eb.fn.coalesce('started_at', eb.fn<Date>('now', [])),
      }))
      .where('id', '=', id)
      .where('status', 'in', ['queued', 'running'])
      .returning(['infrastructure_id', 'workspace', 'infrastructure', 'owner', 'epoch', 'kind', 'cancel_requested'])
      .returning(['request_id', 'traceparent'])
      .executeTakeFirst()
    if (!taken) return undefined
    const first = taken.epoch === 1
    const type = first ? 'deployment.started' : 'operation.taken_over'
    await writeEvents(tx, taken, [{ type, operation: id, data: { kind: taken.kind, worker, epoch: taken.epoch } }])
    return taken
  })
}

async function readPlan({ db }: Connection, operation: string): Promise<Plan | undefined> {
  const row = await db.selectFrom('plan').select('body').where('operation', '=', operation).executeTakeFirst()
  return row?.body
}

async function readSteps({ db }: Connection, operation: string): Promise<StepRow[]> {
  const rows = await db
    .selectFrom('step')
    .select(['n', 'status', 'cloud_id', 'physical_id', 'before', 'error', 'told'])
    .where('operation', '=', operation)
    .orderBy('n')
    .execute()
  return rows.map(({ n, status, cloud_id, physical_id, before, error, told }) => ({
    n,
    status,
    made: cloud_id !== null && physical_id !== null ? { id: cloud_id, physicalId: physical_id } : undefined,
    before: before ?? undefined,
    error: error ?? undefined,
    told: told ?? undefined,
  }))
}

interface Opened {
  operation: string
  epoch: number
  plan: Plan
  onTrouble: (error: unknown) => void
}

function openJournal(connection: Connection, opened: Opened): Journal {
  const { operation, epoch, plan, onTrouble } = opened
  const { intend, hold, end } = writers(connection.pool, operation, epoch, onTrouble)
  const step = (n: number): Step => {
    const found = plan.steps[n]
    if (!found) throw new AtlasError('internal', `The plan of operation ${operation} has no step ${n}.`)
    return found
  }
  const all = allSteps(plan)
  const told = (n: number): JsonObject => {
    const { resource, type, action, gone } = { gone: undefined, ...all[n]! }
    return { resource, type, action, ...(gone && { gone }) }
  }

  const released = (n: number): JsonObject => ({ ...told(n), id: step(n).target?.id ?? null, kept: true })

  return {
    async intent(n, before) {
      const attempt = await intend({ n, data: told(n), before })
      if (attempt === undefined) throw new AtlasError('internal', `Step ${n} of operation ${operation} is over.`)
      return { attempt }
    },
    claim(n, made, { adopted, ready }) {
      const { id, reason } = made.observed
      const data = { ...told(n), id, ...(reason && { reason }) }
      return hold({ n, data, claims: true, adopted, ready, ...held(step(n), made) })
    },
    async done(n, holding) {
      const data = { ...told(n), id: holding.observed.id }
      await hold({ n, data, claims: false, adopted: false, ready: true, ...held(step(n), holding) })
    },
    performed: (n, more) =>
      end({ n, event: 'step.done', status: 'done', data: { ...told(n), ...more }, ...(more && { told: more }) }),
    gone: (n) => end({ n, event: 'step.done', status: 'done', freed: step(n).identity, data: told(n) }),
    left: (n) =>
      end({
        n,
        event: 'step.done',
        status: 'done',
        freed: step(n).identity,
        left: true,
        data: { ...told(n), kept: true },
      }),
    released: (n) =>
      end({ n, event: 'step.done', status: 'done', freed: step(n).identity, released: true, data: released(n) }),
    failed: (n, error) => end({ n, event: 'step.failed', status: 'failed', error, data: { ...told(n), ...error } }),
    skipped: (n, reason) => end({ n, event: 'step.skipped', status: 'skipped', data: { ...told(n), reason } }),
    note: (n, event, data) => end({ n, event, data: { ...told(n), ...data } }),
    verdicts: (type, ids) => untilTaken(() => readVerdicts(connection, plan.account, type, ids), onTrouble),
    cancelRequested: () => explained(() => readCancel(connection, operation, epoch)),
    held: async () => void (await untilTaken(() => readCancel(connection, operation, epoch), onTrouble)),
    finish: (how) => untilTaken(() => finish(connection, { operation, epoch, plan }, how), onTrouble),
  }
}

async function readVerdicts({ db }: Connection, account: string, type: ResourceType, ids: readonly string[]) {
  const rows = await db
    .selectFrom('claim')
    .select(['physical_id', 'verdict'])
    .where('account', '=', account)
    .where('type', '=', type)
    .where('physical_id', 'in', [...ids])
    .execute()
  return new Map<string, Verdict>(rows.map((row) => [row.physical_id, row.verdict]))
}

async function readCancel({ db }: Connection, operation: string, epoch: number): Promise<boolean> {
  const row = await db
    .selectFrom('operation')
    .select('cancel_requested')
    .where('id', '=', operation)
    .where('epoch', '=', epoch)
    .executeTakeFirst()
  if (!row) throw new AtlasError('fenced', `Operation ${operation} has left epoch ${epoch}.`)
  return row.cancel_requested
}
