import type { Connected } from './machine.ts'

interface Entry {
  connecting: Promise<Connected>
  users: number
  idle?: NodeJS.Timeout
}

/**
 * Connections that are used again: a deploy asks the same machine many times. One that broke is made anew, one that
 * nobody uses for a while is closed.
 */
export function connectionPool<Key>(
  open: (key: Key) => Promise<Connected>,
  nameOf: (key: Key) => string,
  idleMs = 20_000,
) {
  const connections = new Map<string, Entry>()

  function entryOf(key: Key): Entry {
    const name = nameOf(key)
    const known = connections.get(name)
    if (known) return known
    const entry: Entry = { connecting: open(key), users: 0 }
    connections.set(name, entry)
    entry.connecting.then(
      ({ ended }) => ended.then(() => forget(name, entry)),
      () => forget(name, entry),
    )
    return entry
  }

  const forget = (name: string, entry: Entry) => void (connections.get(name) === entry && connections.delete(name))

  /** At once for everybody else: a machine that is gone may never answer that it has ended too. */
  function end(name: string, entry: Entry): void {
    forget(name, entry)
    entry.connecting.then((machine) => machine.close()).catch(() => {})
  }

  return {
    async use<T>(key: Key, what: (machine: Connected) => Promise<T>): Promise<T> {
      const entry = entryOf(key)
      clearTimeout(entry.idle)
      entry.users += 1
      try {
        return await what(await entry.connecting)
      } finally {
        entry.users -= 1
        if (entry.users === 0) {
          entry.idle = setTimeout(() => end(nameOf(key), entry), idleMs)
          entry.idle.unref()
        }
      }
    },
    async close(): Promise<void> {
      const all = [...connections.values()]
      connections.clear()
      await Promise.allSettled(
        all.map(async ({ connecting, idle }) => {
          clearTimeout(idle)
          ;(await connecting).close()
        }),
      )
    },
  }
}
