import { AtlasError, type JsonObject } from '@atlas/core'
import { sql, type Transaction } from 'kysely'
import type { Connection } from '../connection.ts'
import { writeEvents } from '../events/events.ts'
import type { Bell, Listener } from '../listener.ts'
import type { Database } from '../schema.ts'
import type { Term } from '../sole.ts'
import { channels } from '../statements.ts'
import { explained } from '../trouble.ts'

/** An environment that is served, as its watcher needs it. */
export interface WatchedEnvironment {
  id: string
  workspace: string
  infrastructure: string
  project: string
  environment: string
  revision: number
  /** Whether an operation changes it, or the machines that it is on. */
  changing: boolean
  deployment: string
  spec: JsonObject
  ejected: (TargetName & { reason: string })[]
  /** They get requests all the same. */
  failing: TargetName[]
}

export interface TargetName {
  service: string
  machine: string
}

export interface BadTarget extends TargetName {
  reason: string
  /** Nothing else is left of its service, so it gets requests all the same. */
  stays: boolean
}

type InTerm = Pick<Term, 'number'>

/** What the load balancers send nothing to, and what fails and is all that there is. */
export interface Targets {
  /** Every environment that is served, of all workspaces. */
  watched(): Promise<WatchedEnvironment[]>
  /** Rings when an operation has ended: something else may be served. */
  bell(): Bell
  /**
   * Each with `target.ejected`, or `target.failing` where it stays; of what is known already nothing is told again.
   * @throws AtlasError `fenced` in whose term another has begun one
   */
  eject(of: WatchedEnvironment, targets: readonly BadTarget[], term: InTerm): Promise<void>
  /** Each with `target.restored`. @throws AtlasError `fenced` */
  restore(of: WatchedEnvironment, targets: readonly TargetName[], term: InTerm): Promise<void>
}

/** Whoever begins a term waits for this transaction to end. */
async function checkTerm(tx: Transaction<Database>, { number }: InTerm): Promise<void> {
  const { rows } = await sql`select from watch where term = ${number} for share`.execute(tx)
  if (rows.length === 0) throw new AtlasError('fenced', 'Another server watches what serves by now.')
}

export const targets = ({ db }: Connection, listener: Listener): Targets => ({
  bell: () => listener.bell(channels.turn),
  watched: () =>
    explained(async () => {
      const { rows } = await sql<WatchedEnvironment>`
        select e.id, e.workspace, i.name as infrastructure, e.project, e.name as environment, e.revision,
          e.serving as deployment, d.spec,
          exists (select from operation o where o.status in ('queued', 'running') and (o.environment_id = e.id
            or (o.environment_id is null and o.infrastructure_id = i.id))) as changing,
          coalesce(bad.ejected, '[]') as ejected, coalesce(bad.failing, '[]') as failing
        from environment e
          join infrastructure i on i.id = e.infrastructure_id
          join deployment d on d.operation = e.serving and d.environment_id = e.id
          cross join lateral (
            select json_agg(name) filter (where not stays) as ejected, json_agg(name) filter (where stays) as failing
            from (select stays, json_build_object('service', service, 'machine', machine, 'reason', reason) as name from ejected_target
              where environment_id = e.id and deployment = e.serving) t) bad
        where i.destroyed_at is null`.execute(db)
      return rows
    }),
  eject: (of, targets, term) =>
    explained(() =>
      db.transaction().execute(async (tx) => {
        await checkTerm(tx, term)
        const { id: environment_id, deployment, project, environment } = of
        const made = await tx
          .insertInto('ejected_target')
          .values(targets.map((target) => ({ environment_id, deployment, ...target })))
          .onConflict((conflict) =>
            conflict
              .columns(['environment_id', 'deployment', 'service', 'machine'])
              .doUpdateSet((eb) => ({ stays: eb.ref('excluded.stays'), reason: eb.ref('excluded.reason') }))
              .whereRef('ejected_target.stays', '>', 'excluded.stays'),
          )
          .returning(['service', 'machine', 'reason', 'stays'])
          .execute()
        await writeEvents(
          tx,
          of,
          made.map(({ stays, ...target }) => ({
            type: stays ? 'target.failing' : 'target.ejected',
            data: { project, environment, ...target },
          })),
        )
      }),
    ),
  restore: (of, targets, term) =>
    explained(() =>
      db.transaction().execute(async (tx) => {
        await checkTerm(tx, term)
        const { id, deployment, project, environment } = of
        const gone = await tx
          .deleteFrom('ejected_target')
          .where('environment_id', '=', id)
          .where('deployment', '=', deployment)
          .where((eb) => eb.or(targets.map(({ service, machine }) => eb.and({ service, machine }))))
          .returning([
            'service',
            'machine',
            'reason',
            sql<number>`extract(epoch from now() - since)::float`.as('seconds'),
          ])
          .execute()
        await writeEvents(
          tx,
          of,
          gone.map(({ seconds, ...target }) => ({
            type: 'target.restored',
            data: { project, environment, ...target, outMs: Math.round(seconds * 1000) },
          })),
        )
      }),
    ),
})
