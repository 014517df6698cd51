import type { AtlasEvent } from '@atlas/core'

/** The newest events of a workspace, in memory for all who follow them. */
export interface EventRing {
  /** The newest id that was put in. */
  readonly newest: number
  /** In the order of their ids, each newer than all before. */
  push(events: readonly AtlasEvent[]): void
  /** Every event with a higher id; `undefined` where the ring begins later. The same array for all who stand at the same place. */
  after(id: number): readonly AtlasEvent[] | undefined
}

export interface RingLimits {
  events: number
  /** Of their data as JSON. */
  characters: number
}

const usual: RingLimits = { events: 2000, characters: 4_000_000 }

/** @param start id of the newest event before the ring: it holds what comes after */
export function eventRing(start: number, limits = usual): EventRing {
  let events: AtlasEvent[] = []
  let weights: number[] = []
  let weight = 0
  let before = start
  let newest = start
  let shared: { id: number; events: readonly AtlasEvent[] } | undefined

  /** The newest stays, however heavy. */
  function trim(): void {
    let drop = 0
    while (drop < events.length - 1 && (events.length - drop > limits.events || weight > limits.characters)) {
      weight -= weights[drop]!
      drop += 1
    }
    if (drop === 0) return
    before = events[drop - 1]!.id
    events = events.slice(drop)
    weights = weights.slice(drop)
  }

  return {
    get newest() {
      return newest
    },
    push(more) {
      for (const event of more) {
        const size = JSON.stringify(event.data).length
        events.push(event)
        weights.push(size)
        weight += size
      }
      newest = events.at(-1)?.id ?? newest
      shared = undefined
      trim()
    },
    after(id) {
      if (id < before) return undefined
      if (shared?.id !== id) shared = { id, events: events.slice(firstAfter(events, id)) }
      return shared.events
    },
  }
}

/** Index of the first event with a higher id, by halving. */
function firstAfter(events: readonly AtlasEvent[], id: number): number {
  let low = 0
  let high = events.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (events[middle]!.id <= id) low = middle + 1
    else high = middle
  }
  return low
}
