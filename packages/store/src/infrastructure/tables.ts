import type { JsonObject, Plan, Rate, Stamp } from '@atlas/core'
import type { Finding } from '@atlas/engine'
import type { Generated, JSONColumnType } from 'kysely'
import type { Time, TimeOrNull } from '../time.ts'

/** The tables of this room, as `migrations/` makes them. */
export interface InfrastructureTables {
  infrastructure: InfrastructureTable
  resource: ResourceTable
  quarantine: QuarantineTable
}

interface InfrastructureTable {
  id: Generated<string>
  workspace: string
  name: string
  owner: string
  provider: string
  account: string
  region: string
  revision: Generated<number>
  /** As last carried out; null until something was. */
  description: JSONColumnType<JsonObject> | null
  tags: JSONColumnType<Record<string, string>, string | undefined>
  drift: JSONColumnType<Drift> | null
  patrolled_at: Time
  destroyed_at: TimeOrNull
  /** Its end left everything in the cloud. */
  released: Generated<boolean>
  /** When a patrol, or somebody who asked, last held it against the cloud. */
  looked_at: TimeOrNull
  created_at: Time
  updated_at: Time
}

export interface Drift {
  resources: Finding[]
}

interface ResourceTable {
  identity: string
  infrastructure_id: string
  name: string
  type: Plan['steps'][number]['type']
  generation: number
  account: string
  cloud_id: string
  physical_id: string
  specifications: JSONColumnType<JsonObject>
  depends_on: string[]
  monthly: number | null
  phase: 'ready' | 'pending' | 'failed' | 'missing'
  attributes: JSONColumnType<JsonObject>
  observed_at: Time
  rates: JSONColumnType<Rate[]>
  /** `key=value` */
  tags: Generated<string[]>
}

interface QuarantineTable {
  account: string
  type: string
  physical_id: string
  owner: string
  stamp: JSONColumnType<Stamp & JsonObject>
  at: Time
}
