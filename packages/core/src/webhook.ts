/** An endpoint that is told of the events of its workspace, without its secret. Times are ISO 8601. */
export interface Webhook {
  id: string
  url: string
  description: string
  /** Names of types, or patterns such as `infrastructure.*`. */
  types: string[]
  active: boolean
  /** Why Atlas turned it off by itself. */
  disabledReason: string | null
  /** Since when nothing arrived. */
  failingSince: string | null
  createdAt: string
  updatedAt: string
}

/** What became of one event at one endpoint. */
export interface Delivery {
  id: string
  eventId: number
  type: string
  /** `dead`: it was tried for as long as Atlas tries. */
  status: 'pending' | 'delivered' | 'dead'
  /** Since it was last asked for. */
  attempts: number
  nextAt: string | null
  lastAt: string | null
  /** HTTP status of the last answer. */
  lastStatus: number | null
  lastError: string | null
  createdAt: string
}
