import type { Origin } from '@atlas/core'

/** As the row of an operation keeps it. */
export interface Asked {
  request_id: string | null
  traceparent: string | null
}

/** `undefined`: it was not asked for through the API, or an older Atlas did not keep it. */
export const originOf = ({ request_id, traceparent }: Asked): Origin | undefined =>
  request_id === null ? undefined : { requestId: request_id, ...(traceparent !== null && { traceparent }) }
