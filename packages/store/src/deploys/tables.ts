import type { Deployment, JsonObject } from '@atlas/core'
import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { Actor } from '../plans/stored.ts'
import type { Time, TimeOrNull } from '../time.ts'

/** The tables of this room, as `migrations/` makes them. */
export interface DeploysTables {
  environment: EnvironmentTable
  certificate: CertificateTable
  ejected_target: EjectedTargetTable
  watch: WatchTable
  release: ReleaseTable
  waiting_deploy: WaitingDeployTable
  deployment: DeploymentTable
  port_assignment: PortAssignmentTable
}

interface EnvironmentTable {
  id: Generated<string>
  workspace: string
  project: string
  name: string
  infrastructure_id: string
  revision: Generated<number>
  /** The deployment that traffic goes to. */
  serving: string | null
  created_at: Time
}

interface CertificateTable {
  environment_id: string
  sealed: string | null
  key_id: ColumnType<string | null, never, never>
  hosts: string[]
  directory: string
  not_after: TimeOrNull
  renew_at: TimeOrNull
  failures: Generated<number>
  next_try: Time
  tried: string | null
}

interface EjectedTargetTable {
  environment_id: string
  deployment: string
  service: string
  machine: string
  reason: string
  since: Generated<Date>
  /** It gets requests all the same: nothing else is left of its service. */
  stays: Generated<boolean>
}

/** One row. */
interface WatchTable {
  sole: Generated<boolean>
  /** Of the server that watches, or did so last. */
  term: ColumnType<string, never, never>
}

interface ReleaseTable {
  workspace: string
  project: string
  tag: string
  version: string
  url: string
  ref: string
  commit: string
  tree: string
  /** Of a working tree: the commit that it is based on. */
  base: ColumnType<string | null, string | undefined, never>
  /** Its files are in no commit of the repository. */
  dirty: Generated<boolean>
  /** Digests, by service. */
  images: JSONColumnType<Record<string, string>, string | undefined>
  created_at: Time
}

interface WaitingDeployTable {
  operation: string
  environment_id: string
  place: Generated<string>
  /** What was asked for, as whoever plans it knows it. */
  wish: JSONColumnType<JsonObject>
  actor: JSONColumnType<Actor> | null
  planned_until: TimeOrNull
}

interface DeploymentTable {
  operation: string
  environment_id: string
  kind: Deployment['kind']
  release: string
  environment_version: string
  spec: JSONColumnType<JsonObject>
  /** When traffic moved to it; null where it never did. */
  served_at: TimeOrNull
}

interface PortAssignmentTable {
  infrastructure_id: string
  port: number
  /** What the hash said. */
  derived: number
  project: string
  environment: string
  service: string
  slot: string
}
