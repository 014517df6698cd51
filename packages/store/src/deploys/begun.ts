import { AtlasError, type Deployment } from '@atlas/core'
import { sql, type Transaction } from 'kysely'
import type { Database } from '../schema.ts'

/**
 * Release, deployment and ports of an operation that was stored. Plans of the environment made before are stale from now on.
 * @throws AtlasError `plan_stale`
 */
export async function deployBegun(
  tx: Transaction<Database>,
  { infrastructureId, environmentId }: { infrastructureId: string; environmentId: string },
  operation: string,
  { workspace, deployment }: { workspace: string; deployment: Deployment },
): Promise<void> {
  const { kind, project, release, version, environmentVersion, spec } = deployment
  const { local, ...source } = deployment.source
  await tx
    .insertInto('release')
    .values({ workspace, project, tag: release, version, ...source, ...local })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await tx
    .insertInto('deployment')
    .values({
      operation,
      environment_id: environmentId,
      kind,
      release,
      environment_version: environmentVersion,
      spec: JSON.stringify(spec),
    })
    .execute()
  await assignPorts(tx, infrastructureId, spec.ports as unknown as Assignment[])
  await tx
    .updateTable('environment')
    .set((eb) => ({ revision: eb('revision', '+', 1), infrastructure_id: infrastructureId }))
    .where('id', '=', environmentId)
    .execute()
}

interface Assignment {
  port: number
  derived: number
  project: string
  environment: string
  service: string
  slot: string
}

/** Somebody else's deploy may have taken one since the plan was made: then that says so. */
async function assignPorts(tx: Transaction<Database>, infrastructureId: string, ports: Assignment[]): Promise<void> {
  // Pods have addresses of their own.
  if (ports.length === 0) return
  const rows = ports.map((assignment) => ({ infrastructure_id: infrastructureId, ...assignment }))
  await tx
    .insertInto('port_assignment')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const { rows: lost } = await sql<{ port: number }>`
    select w.port from jsonb_to_recordset(${JSON.stringify(ports)}::jsonb)
      as w (port int, project text, environment text, service text, slot text)
    where not exists (select from port_assignment a where a.infrastructure_id = ${infrastructureId} and a.port = w.port
      and a.project = w.project and a.environment = w.environment and a.service = w.service and a.slot = w.slot)`.execute(
    tx,
  )
  if (lost.length === 0) return
  const told = lost.map(({ port }) => port).join(', ')
  throw new AtlasError('plan_stale', `Another deploy has taken port ${told} since the plan was made.`, {
    hint: 'Plan again.',
  })
}
