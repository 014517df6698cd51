import type { AtlasEvent } from '@atlas/core'
import type { Store } from '@atlas/store'
import type { Dice } from './dice.ts'

/** Reads the events of an infrastructure as a client does that loses its connection now and then. */
export interface Follower {
  events: AtlasEvent[]
  reconnects: number
  /** The first event for which this holds, now or later; `undefined` when so many milliseconds have passed. */
  until(holds: (event: AtlasEvent) => boolean, ms: number): Promise<AtlasEvent | undefined>
  stop(): Promise<void>
}

export function follow(store: Store, workspace: string, infrastructure: string, luck: Dice): Follower {
  const stopped = new AbortController()
  const ears = new Set<(event: AtlasEvent) => void>()
  const follower: Follower = {
    events: [],
    reconnects: 0,
    async until(holds, ms) {
      const before = follower.events.find(holds)
      if (before) return before
      const found = Promise.withResolvers<AtlasEvent | undefined>()
      const hear = (event: AtlasEvent) => holds(event) && found.resolve(event)
      ears.add(hear)
      const timer = setTimeout(() => found.resolve(undefined), ms)
      const event = await found.promise
      clearTimeout(timer)
      ears.delete(hear)
      return event
    },
    async stop() {
      stopped.abort()
      await going
    },
  }

  /** One connection: it goes on after the last event it has seen, and breaks after some more. */
  async function connection(): Promise<void> {
    const broken = new AbortController()
    const afterId = follower.events.at(-1)?.id ?? 0
    const signal = AbortSignal.any([broken.signal, stopped.signal])
    for await (const event of store.events(workspace, { afterId, infrastructure }, signal)) {
      follower.events.push(event)
      for (const hear of ears) hear(event)
      if (luck.chance(0.02)) broken.abort()
    }
  }
  const going = (async () => {
    for (; !stopped.signal.aborted; follower.reconnects++) await connection()
  })()
  return follower
}
