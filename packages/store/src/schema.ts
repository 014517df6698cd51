import type {
  ApprovalPolicy,
  AuditEntry,
  AuditRecord,
  BudgetOverride,
  Deployment,
  JsonObject,
  Plan,
  Rate,
  Role,
  Stamp,
  Work,
} from '@atlas/core'
import type { Finding, StepError } from '@atlas/engine'
import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { Actor } from './plans/stored.ts'

/** The tables as `migrations/` makes them. */
export interface Database {
  infrastructure: InfrastructureTable
  operation: OperationTable
  plan: PlanTable
  step: StepTable
  claim: ClaimTable
  resource: ResourceTable
  event: EventTable
  event_horizon: EventHorizonTable
  webhook: WebhookTable
  webhook_delivery: WebhookDeliveryTable
  webhook_secret_before: WebhookSecretBeforeTable
  quarantine: QuarantineTable
  vault_key: VaultKeyTable
  credential: CredentialTable
  secret: SecretTable
  credential_use: CredentialUseTable
  usage: UsageTable
  budget: BudgetTable
  stored_plan: StoredPlanTable
  workspace: WorkspaceTable
  api_token: TokenTable
  audit: AuditTable
  environment: EnvironmentTable
  release: ReleaseTable
  deployment: DeploymentTable
  waiting_deploy: WaitingDeployTable
  port_assignment: PortAssignmentTable
  ejected_target: EjectedTargetTable
  certificate: CertificateTable
}

type Time = ColumnType<Date, never, Date>
type TimeOrNull = ColumnType<Date | null, never, Date | null>

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

/** How the cloud differs from what was last carried out. */
export interface Drift {
  resources: Finding[]
}

interface OperationTable {
  id: string
  infrastructure_id: string
  /** Of a deploy. */
  environment_id: string | null
  workspace: string
  infrastructure: string
  owner: string
  account: string
  kind: Plan['kind']
  undoes: string | null
  plan_hash: string
  idempotency_key: string | null
  request_id: string | null
  traceparent: string | null
  budget_override: JSONColumnType<BudgetOverride> | null
  /** `waiting`: a deploy that will be planned when its turn comes; to everybody outside it is queued. */
  status: Generated<'waiting' | 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'>
  cancel_requested: Generated<boolean>
  epoch: Generated<number>
  worker: number | null
  error: JSONColumnType<StepError & { step?: number }> | null
  created_at: Time
  started_at: TimeOrNull
  finished_at: TimeOrNull
}

interface PlanTable {
  operation: string
  body: JSONColumnType<Plan>
  /** What the infrastructure was before: what a rollback goes back to. */
  description_before: JSONColumnType<JsonObject> | null
}

interface StepTable {
  operation: string
  n: number
  action: Plan['steps'][number]['action'] | Work['action']
  resource: string
  type: Plan['steps'][number]['type'] | Work['type']
  identity: string
  monthly: number | null
  status: Generated<'pending' | 'running' | 'done' | 'failed' | 'skipped'>
  attempt: Generated<number>
  tokens: Generated<string[]>
  before: string[] | null
  cloud_id: string | null
  physical_id: string | null
  error: JSONColumnType<StepError> | null
  /** Of a step of a deploy: what later ones go by. */
  told: JSONColumnType<JsonObject> | null
  started_at: TimeOrNull
  finished_at: TimeOrNull
}

interface ClaimTable {
  account: string
  type: Plan['steps'][number]['type']
  physical_id: string
  cloud_id: string
  identity: string
  owner: string
  operation: string
  step: number
  verdict: 'owned' | 'doomed' | 'deleted' | 'released'
  at: Time
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

interface EventTable {
  id: ColumnType<string, never, never>
  type: string
  time: Time
  workspace: string
  infrastructure: string | null
  operation: string | null
  step: number | null
  data: JSONColumnType<JsonObject>
}

interface EventHorizonTable {
  workspace: string
  /** The newest event that is kept no more. */
  pruned_id: string
}

interface WebhookTable {
  no: ColumnType<string, never, never>
  id: string
  workspace: string
  url: string
  description: string
  /** Names of types, or patterns such as `infrastructure.*`. */
  types: string[]
  /** What requests are signed with, under a key of the vault. */
  sealed: string
  active: Generated<boolean>
  disabled_reason: string | null
  failing_since: TimeOrNull
  /** The last event that was turned into deliveries. */
  cursor: ColumnType<string, string | number, string | number>
  lease: string | null
  leased_until: Time
  created_at: Time
  updated_at: Time
}

interface WebhookSecretBeforeTable {
  workspace: string
  webhook: string
  sealed: string
  valid_until: ColumnType<Date, Date, never>
}

interface WebhookDeliveryTable {
  no: ColumnType<string, never, never>
  id: Generated<string>
  webhook: string
  event_id: ColumnType<string, string | number, never>
  type: string
  status: Generated<'pending' | 'delivered' | 'dead'>
  /** Since it was last made pending. */
  attempt: Generated<number>
  next_at: Time
  last_at: TimeOrNull
  last_status: number | null
  last_error: string | null
  created_at: Time
}

interface QuarantineTable {
  account: string
  type: string
  physical_id: string
  owner: string
  stamp: JSONColumnType<Stamp & JsonObject>
  at: Time
}

/** Written by triggers on `resource`, and by nobody else. */
interface UsageTable {
  id: ColumnType<string, never, never>
  infrastructure_id: string
  identity: string
  name: string
  type: Plan['steps'][number]['type']
  physical_id: string
  rates: JSONColumnType<Rate[]>
  tags: string[]
  started_at: Time
  ended_at: TimeOrNull
}

interface BudgetTable {
  workspace: string
  name: string
  /** `key=value`; null: everything in the workspace. */
  tag: string | null
  monthly: number
  warn_percent: number
  block_percent: number
  verdict: Generated<'ok' | 'warn' | 'block'>
  would_be: number | null
  month_to_date: number | null
  /** When it was last looked at; `epoch`: it is to be soon. */
  judged_at: Time
  created_at: Time
  updated_at: Time
}

interface StoredPlanTable {
  workspace: string
  hash: string
  request: JSONColumnType<object>
  body: JSONColumnType<Plan>
  made_by: string
  made_at: ColumnType<Date, never, Date>
  expires_at: ColumnType<Date, Date, Date>
  /** Absent from plans of an older Atlas. */
  maker: JSONColumnType<AuditEntry['actor']> | null
  approval: 'pending' | 'approved' | 'rejected' | null
  asker: JSONColumnType<AuditEntry['actor']> | null
  asked_at: TimeOrNull
  decider: JSONColumnType<AuditEntry['actor']> | null
  decided_at: TimeOrNull
  decision_reason: string | null
  consent: Generated<string[]>
}

interface WorkspaceTable {
  name: string
  /** Whose plans somebody else has to approve. */
  approval: Generated<ApprovalPolicy>
  created_at: Time
  deleted_at: TimeOrNull
}

interface TokenTable {
  no: ColumnType<string, never, never>
  id: Generated<string>
  workspace: string
  name: string
  role: Role
  /** Whether what it asks for has to be approved by a person. */
  approval: Generated<'none' | 'required'>
  prefix: string
  digest: Buffer
  created_by: string
  created_at: Time
  expires_at: ColumnType<Date | null, Date | null, never>
  last_used_at: TimeOrNull
  revoked_at: TimeOrNull
}

interface VaultKeyTable {
  id: string
  is_primary: Generated<boolean>
  created_at: Time
}

interface CredentialTable {
  workspace: string
  provider: string
  sealed: string
  /** The database takes it from `sealed`. */
  key_id: ColumnType<string, never, never>
  fingerprint: string
  created_at: Time
  rotated_at: TimeOrNull
}

interface CredentialUseTable {
  workspace: string
  provider: string
  source: string
  fingerprint: string
  used_at: Time
}

interface SecretTable {
  workspace: string
  name: string
  /** Null once it was taken away. */
  sealed: string | null
  /** The database takes it from `sealed`. */
  key_id: ColumnType<string | null, never, never>
  version: Generated<number>
  set_at: Time
  set_by: string
}

interface AuditTable {
  seq: ColumnType<string, never, never>
  record: ColumnType<AuditRecord, never, never>
  hash: ColumnType<string, never, never>
  workspace: ColumnType<string, never, never>
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
