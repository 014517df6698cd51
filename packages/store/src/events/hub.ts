import type { AtlasEvent } from '@atlas/core'
import type { Connection } from '../connection.ts'
import type { Listener } from '../listener.ts'
import { untilTaken } from '../trouble.ts'
import { type EventFilter, pageSize, readPage } from './events.ts'
import { type Feed, openFeed } from './feed.ts'

export interface EventHub {
  /**
   * Events after an id, several at a time, then live ones until the signal fires: no gap, no duplicate. While the
   * database is away, the follower waits with it. One that falls behind holds nothing but its place.
   */
  follow(
    workspace: string,
    filter: EventFilter & { afterId: number },
    signal: AbortSignal,
  ): AsyncGenerator<readonly AtlasEvent[]>
  close(): Promise<void>
}

interface Followed {
  opening: Promise<Feed>
  followers: number
  ended: AbortController
}

/** One reader for each workspace that somebody of this process follows. */
export function eventHub(connection: Connection, listener: Listener): EventHub {
  const all = new Map<string, Followed>()

  function open(workspace: string): Followed {
    const ended = new AbortController()
    const followers = () => followed.followers
    const followed: Followed = {
      opening: openFeed(connection, listener, { workspace, followers, signal: ended.signal }),
      followers: 0,
      ended,
    }
    all.set(workspace, followed)
    return followed
  }
  async function end({ opening, ended }: Followed): Promise<void> {
    ended.abort()
    const feed = await opening.catch(() => undefined)
    await feed?.reading
  }

  return {
    async *follow(workspace, filter, signal) {
      const followed = all.get(workspace) ?? open(workspace)
      followed.followers += 1
      try {
        yield* followFeed(connection, await followed.opening, workspace, filter, signal)
      } catch (error) {
        if (!signal.aborted && !followed.ended.signal.aborted) throw error
      } finally {
        followed.followers -= 1
        if (followed.followers === 0) {
          if (all.get(workspace) === followed) all.delete(workspace)
          await end(followed)
        }
      }
    },
    async close() {
      await Promise.all([...all.values()].map(end))
    },
  }
}

async function* followFeed(
  { db }: Connection,
  { ring, changed }: Feed,
  workspace: string,
  { afterId, ...filter }: EventFilter & { afterId: number },
  signal: AbortSignal,
): AsyncGenerator<readonly AtlasEvent[]> {
  const wanted = wantedBy(filter)
  let after = afterId
  while (!signal.aborted) {
    const fresh = ring.after(after)
    if (fresh === undefined) {
      const covered = ring.newest
      const look = () => readPage(db, workspace, { ...filter, afterId: after })
      const events = await untilTaken(look, () => {}, signal)
      const last = events.at(-1)?.id ?? after
      // Less than a page is all there was, so what the ring already had needs no second look.
      after = events.length < pageSize ? Math.max(last, covered) : last
      if (events.length > 0) yield events
    } else if (fresh.length === 0) await changed(signal)
    else {
      after = fresh.at(-1)!.id
      const events = wanted ? fresh.filter(wanted) : fresh
      if (events.length > 0) yield events
    }
  }
}

/** The same as `readPage` asks of the database; `undefined` where every event is wanted. */
function wantedBy({ types, operation, infrastructure }: EventFilter): ((event: AtlasEvent) => boolean) | undefined {
  if (types === undefined && operation === undefined && infrastructure === undefined) return undefined
  const named = types && new Set(types)
  return (event) =>
    (named === undefined || named.has(event.type)) &&
    (operation === undefined || event.operation === operation) &&
    (infrastructure === undefined || event.infrastructure === infrastructure)
}
