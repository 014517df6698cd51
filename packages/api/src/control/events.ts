import type { AtlasEvent, EventType } from '@atlas/core'

export interface EventFilter {
  /** Left out: every type. */
  types?: readonly EventType[]
  operation?: string
  /** By name or id. */
  infrastructure?: string
}

export interface EventControl {
  /**
   * Events after `after`, several at a time, then live ones until the signal fires; no gap, no duplicate. Those who
   * follow in step may be given the same arrays, which nobody changes.
   * @throws AtlasError `events_gone` where events after that one are kept no more; `not_found` for an unknown infrastructure id
   */
  follow(
    workspace: string,
    filter: EventFilter & { after: number | 'latest' },
    signal: AbortSignal,
  ): Promise<AsyncIterable<readonly AtlasEvent[]>>
  /** A page of past events: the oldest first after `after`, or the newest first before `before`. @throws as `follow` */
  page(workspace: string, page: EventFilter & { after?: number; before?: number; limit: number }): Promise<AtlasEvent[]>
}
