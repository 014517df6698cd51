import { Readable } from 'node:stream'
import { type AtlasEvent, toCloudEvent } from '@atlas/core'

/** What goes into one write: a client that does not read holds no more than this, and its place. */
const chunkBytes = 64 * 1024

const comment = (text: string) => Buffer.from(`: ${text}\n\n`)
const hello = comment('events follow')
const stillHere = comment('still here')

/**
 * The events as server-sent events, with a comment whenever nothing happened for `heartbeatMs`. Begins with a comment,
 * so that headers reach the reader at once. Ends quietly when the signal fires. It asks for the next batch only when what it
 * gave has been taken: a slow reader slows itself, and fills no memory.
 */
export function eventStream(
  batches: AsyncIterable<readonly AtlasEvent[]>,
  heartbeatMs: number,
  signal: AbortSignal,
): Readable {
  const iterator = batches[Symbol.asyncIterator]()
  let ended = false
  let quiet = true
  let goOn = () => {}
  const end = () => {
    if (!ended) stream.push(null)
    ended = true
  }
  const stream = new Readable({
    read: () => goOn(),
    destroy(error, done) {
      ended = true
      clearInterval(heart)
      signal.removeEventListener('abort', end)
      // Not awaited: it may wait for a `next` that only the signal ends.
      void iterator.return?.()
      done(error)
    },
  })
  const heart = setInterval(() => {
    if (quiet && !ended && stream.readableLength === 0) stream.push(stillHere)
    quiet = true
  }, heartbeatMs)
  signal.addEventListener('abort', end, { once: true })

  async function pump(): Promise<void> {
    for (let next = await iterator.next(); !next.done && !ended; next = await iterator.next()) {
      for (const chunk of chunksOf(next.value)) {
        if (ended) return
        quiet = false
        if (stream.push(chunk)) continue
        const room = Promise.withResolvers<void>()
        goOn = room.resolve
        await room.promise
      }
    }
    end()
  }
  stream.push(hello)
  if (signal.aborted) end()
  else pump().catch((error: Error) => stream.destroy(error))
  return stream
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
