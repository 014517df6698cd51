/**
 * Lets one at a time in, in the order they came. Who leaves (the signal) before it was his turn gets `undefined`.
 */
export function turns(): <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T | undefined> {
  let last: Promise<void> = Promise.resolve()

  return async (signal, work) => {
    const before = last
    const mine = Promise.withResolvers<void>()
    last = before.then(() => mine.promise)
    try {
      await eitherOf(before, signal)
      return signal.aborted ? undefined : await work()
    } finally {
      mine.resolve()
    }
  }
}

async function eitherOf(turn: Promise<void>, signal: AbortSignal): Promise<void> {
  const over = new AbortController()
  const left = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => left.resolve(), { once: true, signal: over.signal })
  if (signal.aborted) left.resolve()
  await Promise.race([turn, left.promise])
  over.abort()
}
