import type { Bell } from '@atlas/store'

/** Looks something up by key, or remembers what was found. What was not found is not remembered. */
export type Remembered<T> = (key: string, look: () => Promise<T | undefined>) => Promise<T | undefined>

export interface Memory {
  remembered<T>(): Remembered<T>
  /** For a change of this process's own, whose caller must see it in the next request. */
  forget(): void
  close(): void
}

/** A notification can be lost with the connection it was meant for, so nothing is believed for longer. */
const believedMs = 5000
const roomFor = 10_000

/**
 * What is known of tokens, identities and workspaces, so that a request of a known caller asks the database nothing. It
 * is forgotten whole when any of it changes on any node. Promises are kept, not answers: a look that began before a
 * change is forgotten with the rest, and many requests at once look once.
 */
export function memoryUntil(bell: Bell): Memory {
  const known = new Map<object, Map<string, Promise<unknown>>>()
  const closed = new AbortController()

  function forget() {
    for (const kind of known.values()) kind.clear()
  }
  const forgetting = async () => {
    while (!closed.signal.aborted) {
      // Taken first: what changes after this wakes us again.
      const rung = bell.next()
      forget()
      await rung.orAfter(believedMs, closed.signal)
    }
    bell.close()
  }
  void forgetting()

  return {
    remembered<T>(): Remembered<T> {
      const kind = new Map<string, Promise<T | undefined>>()
      known.set(kind, kind)
      return (key, look) => {
        const before = kind.get(key)
        if (before) return before
        if (kind.size >= roomFor) kind.clear()
        const looking = look()
        kind.set(key, looking)
        const drop = () => {
          if (kind.get(key) === looking) kind.delete(key)
        }
        looking.then((found) => found === undefined && drop(), drop)
        return looking
      }
    },
    forget,
    close: () => closed.abort(),
  }
}
