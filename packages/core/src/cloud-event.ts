import type { AtlasEvent, EventType } from './events.ts'
import type { Json } from './json.ts'

/**
 * An event as it leaves Atlas: CloudEvents 1.0 in structured JSON (https://github.com/cloudevents/spec, v1.0.2). What
 * does not apply is left out. `workspace`, `infrastructure`, `operation`, `step`, `requestid`, `traceparent`
 * (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/extensions/distributed-tracing.md) and `sequence` are
 * extensions.
 */
export interface CloudEvent {
  specversion: '1.0'
  /** Of the event, as a number in decimals: what Last-Event-ID takes. */
  id: string
  /** `urn:atlas:workspace:<name>`; unique together with `id`. */
  source: string
  type: EventType
  /** Name of the infrastructure. */
  subject?: string
  /** ISO 8601. */
  time: string
  datacontenttype: 'application/json'
  workspace: string
  infrastructure?: string
  /** Id of the operation. */
  operation?: string
  /** Index of the step in the plan. */
  step?: number
  /** `x-request-id` of the request that asked for the operation. */
  requestid?: string
  /** Where that request stands in a distributed trace: https://www.w3.org/TR/trace-context */
  traceparent?: string
  /** The id with leading zeros: the order of two events as texts is their order in the workspace. */
  sequence: string
  data: Json
}

/** Digits of the largest bigint that PostgreSQL gives out. */
const sequenceDigits = 19

export function toCloudEvent(event: AtlasEvent): CloudEvent {
  const { id, type, time, workspace, infrastructure, operation, step, origin, data } = event
  return {
    specversion: '1.0',
    id: String(id),
    source: `urn:atlas:workspace:${encodeURIComponent(workspace)}`,
    type,
    ...(infrastructure === null ? {} : { subject: infrastructure }),
    time,
    datacontenttype: 'application/json',
    workspace,
    ...(infrastructure === null ? {} : { infrastructure }),
    ...(operation === null ? {} : { operation }),
    ...(step === null ? {} : { step }),
    ...(origin && { requestid: origin.requestId }),
    ...(origin?.traceparent !== undefined && { traceparent: origin.traceparent }),
    sequence: String(id).padStart(sequenceDigits, '0'),
    data,
  }
}
