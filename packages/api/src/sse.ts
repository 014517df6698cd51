import { type AtlasEvent, toCloudEvent } from '@atlas/core'

/** What goes into one write: a client that does not read holds no more than this, and its place. */
const chunkBytes = 64 * 1024

const comment = (text: string) => Buffer.from(`: ${text}\n\n`)
const hello = comment('events follow')
const stillHere = comment('still here')

/**
 * The events as server-sent events, with a comment whenever nothing happened for `heartbeatMs`. Begins with a comment,
 * so that headers reach the reader at once. Ends quietly when the signal fires.
 */
export async function* eventFrames(
  batches: AsyncIterable<readonly AtlasEvent[]>,
  heartbeatMs: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const iterator = batches[Symbol.asyncIterator]()
  try {
    yield hello
    let next = iterator.next()
    while (!signal.aborted) {
      const winner = await orSilence(next, heartbeatMs, signal)
      if (winner === 'silence') yield stillHere
      else if (winner.done) return
      else {
        yield* chunksOf(winner.value)
        next = iterator.next()
      }
    }
  } finally {
    // Not awaited: it may wait for a `next` that only the signal ends.
    void iterator.return?.()
  }
}

/** Each batch becomes bytes once, however many streams are given it. */
const made = new WeakMap<readonly AtlasEvent[], readonly Buffer[]>()

function chunksOf(batch: readonly AtlasEvent[]): readonly Buffer[] {
  const known = made.get(batch)
  if (known) return known
  const chunks: Buffer[] = []
  let frames: Buffer[] = []
  let bytes = 0
  for (const event of batch) {
    const one = frame(event)
    frames.push(one)
    bytes += one.length
    if (bytes < chunkBytes) continue
    chunks.push(Buffer.concat(frames))
    frames = []
    bytes = 0
  }
  if (frames.length > 0) chunks.push(Buffer.concat(frames))
  made.set(batch, chunks)
  return chunks
}

/** And each event once, also for streams that are given a part of a batch. */
const framed = new WeakMap<AtlasEvent, Buffer>()

function frame(event: AtlasEvent): Buffer {
  const known = framed.get(event)
  if (known) return known
  const bytes = Buffer.from(`id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(toCloudEvent(event))}\n\n`)
  framed.set(event, bytes)
  return bytes
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
