import type { JsonObject } from '@atlas/core'
import { sql } from 'kysely'
import type { Connection } from '../connection.ts'
import { writeEvents } from '../events/events.ts'
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
  ejected: { service: string; machine: string }[]
}

export interface TargetName {
  service: string
  machine: string
}

/** What the load balancers send nothing to. */
export interface Targets {
  /** Every environment that is served, of all workspaces. */
  watched(): Promise<WatchedEnvironment[]>
  /** Each with `target.ejected`; what is out already stays as it is. */
  eject(of: WatchedEnvironment, targets: readonly (TargetName & { reason: string })[]): Promise<void>
  /** Each with `target.restored`. */
  restore(of: WatchedEnvironment, targets: readonly TargetName[]): Promise<void>
}

export const targets = ({ db }: Connection): Targets => ({
  watched: () =>
    explained(async () => {
      const { rows } = await sql<WatchedEnvironment>`
        select e.id, e.workspace, i.name as infrastructure, e.project, e.name as environment, e.revision,
          e.serving as deployment, d.spec,
          exists (select from operation o where o.status in ('queued', 'running') and (o.environment_id = e.id
            or (o.environment_id is null and o.infrastructure_id = i.id))) as changing,
          coalesce((select json_agg(json_build_object('service', t.service, 'machine', t.machine)) from ejected_target t
            where t.environment_id = e.id and t.deployment = e.serving), '[]') as ejected
        from environment e
          join infrastructure i on i.id = e.infrastructure_id
          join deployment d on d.operation = e.serving and d.environment_id = e.id
        where i.destroyed_at is null`.execute(db)
      return rows
    }),
  eject: (of, targets) =>
    explained(() =>
      db.transaction().execute(async (tx) => {
        const { id: environment_id, deployment, project, environment } = of
        const made = await tx
          .insertInto('ejected_target')
          .values(targets.map((target) => ({ environment_id, deployment, ...target })))
          .onConflict((conflict) => conflict.doNothing())
          .returning(['service', 'machine', 'reason'])
          .execute()
        await writeEvents(
          tx,
          of,
          made.map((target) => ({ type: 'target.ejected', data: { project, environment, ...target } })),
        )
      }),
    ),
  restore: (of, targets) =>
    explained(() =>
      db.transaction().execute(async (tx) => {
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
