import type { AtlasEvent } from '@atlas/core'

const frame = (event: AtlasEvent) => `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

/**
 * The events as server-sent events, with a comment whenever nothing happened for `heartbeatMs`. Begins with a comment,
 * so that headers reach the reader at once. Ends quietly when the signal fires.
 */
export async function* eventFrames(
  events: AsyncIterable<AtlasEvent>,
  heartbeatMs: number,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const iterator = events[Symbol.asyncIterator]()
  try {
    yield ': events follow\n\n'
    let next = iterator.next()
    while (!signal.aborted) {
      const winner = await orSilence(next, heartbeatMs, signal)
      if (winner === 'silence') yield ': still here\n\n'
      else if (winner.done) return
      else {
        yield frame(winner.value)
        next = iterator.next()
      }
    }
  } finally {
    // Not awaited: it may wait for a `next` that only the signal ends.
    void iterator.return?.()
  }
}

async function orSilence<T>(next: Promise<T>, ms: number, signal: AbortSignal): Promise<T | 'silence'> {
  const { promise: silence, resolve } = Promise.withResolvers<'silence'>()
  const wake = () => resolve('silence')
  const timer = setTimeout(wake, ms)
  signal.addEventListener('abort', wake, { once: true })
  try {
    return await Promise.race([next, silence])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', wake)
  }
}
