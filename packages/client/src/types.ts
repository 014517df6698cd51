import type { JsonObject, Plan } from '@atlas/core'
import type { components } from './generated/api.ts'

/** The API's JSON as it goes over the wire, by the names of its OpenAPI document. */
type Schema = components['schemas']

/** A description with the approval of its plan, as the API takes it. */
export type DescribedChange = Schema['DescribedChange']
export type Operation = Schema['Operation']
export type Step = Schema['Step']
export type Provider = Schema['Provider']
export type Health = Schema['Health']
export type Estimate = Schema['Estimate']
export type Statistics = Schema['Statistics']
export type Webhook = Schema['Webhook']
export type Delivery = Schema['Delivery']
export type Workspace = Schema['Workspace']
export type StoredPlan = Schema['StoredPlan']
export type StoredPlanSummary = Schema['StoredPlanSummary']
export type Token = Schema['Token']
export type AuditRecord = Schema['AuditRecord']
export type AuditVerdict = Schema['AuditVerdict']

export type Costs = Schema['Costs']
export type Budget = Schema['Budget']
export type Gate = Schema['Gate']

/** A plan, and what the budgets say to it now: that is not part of it, and not in its hash. */
export type Planned = Plan & { gate: Gate }

/** What the document leaves open is JSON. */
export type Resource = Omit<Schema['Resource'], 'specifications' | 'attributes'> & {
  specifications: JsonObject
  attributes: JsonObject
}
export type Infrastructure = Omit<Schema['Infrastructure'], 'resources'> & { resources: Resource[] }
export type Ssh = NonNullable<Resource['ssh']>
