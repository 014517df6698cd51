const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Listens for Ctrl-C and its kin, which then no longer end the process. `forget` gives them back. */
export function untilAskedToEnd(): { asked: Promise<void>; happened(): boolean; forget(): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  let happened = false
  const hear = () => {
    happened = true
    resolve()
  }
  for (const signal of endings) process.on(signal, hear)
  return {
    asked: promise,
    happened: () => happened,
    forget: () => {
      for (const signal of endings) process.removeListener(signal, hear)
    },
  }
}

/** The first Ctrl-C fires the signal instead of ending the process; a second one ends it as usual. */
export async function untilInterrupted<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const interruption = new AbortController()
  const interrupt = () => interruption.abort()
  for (const signal of endings) process.once(signal, interrupt)
  try {
    return await work(interruption.signal)
  } finally {
    for (const signal of endings) process.removeListener(signal, interrupt)
  }
}
