import { setTimeout as sleep } from 'node:timers/promises'
import type { CloudEvent } from '@atlas/core'
import { isAtlasError } from '@atlas/core/errors'
import { type Connection, get } from './http.ts'

export interface EventQuery {
  operation?: string
  infrastructure?: string
  /** `infrastructure.created`, or `infrastructure.*` for all of a kind. */
  type?: readonly string[]
  /** Only events after the one with this id; `latest`: only what happens from now on. Left out: all that are kept. */
  after?: string
  signal?: AbortSignal
  /** How long the server may be away before it counts as gone. Milliseconds. */
  patienceMs?: number
}

/**
 * Events as they happen, for ever. A broken connection is taken up again after the last event seen, so none is lost and
 * none comes twice. Ends when the signal fires.
 *
 * @throws AtlasError `server_unreachable` when the server stays away longer than `patienceMs`, `events_gone` when events after
 * that one are kept no more
 */
export async function* events(connection: Connection, query: EventQuery = {}): AsyncGenerator<CloudEvent> {
  const { operation, infrastructure, type, signal, patienceMs = 30_000 } = query
  let last: string | undefined
  let lastContact = Date.now()
  while (!signal?.aborted) {
    try {
      const headers = { accept: 'text/event-stream', ...(last === undefined ? {} : { 'last-event-id': last }) }
      const filter = { operation, infrastructure, type, after: query.after }
      const request = { query: filter, headers, ...(signal ? { signal } : {}) }
      const answer = await get(connection, '/events', request)
      try {
        for await (const event of parse(answer.body!)) {
          last = event.id
          yield event
        }
      } finally {
        // Until it broke, the server was there.
        lastContact = Date.now()
      }
    } catch (error) {
      if (signal?.aborted) return
      const passing = isAtlasError(error) ? error.code === 'server_unreachable' : true
      if (!passing || Date.now() - lastContact > patienceMs) throw error
    }
    await sleep(250, undefined, signal ? { signal } : {}).catch(() => {})
  }
}

async function* parse(body: ReadableStream<Uint8Array>): AsyncGenerator<CloudEvent> {
  const { EventSourceParserStream } = await import('eventsource-parser/stream')
  const text = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
  for await (const message of text.pipeThrough(new EventSourceParserStream())) yield JSON.parse(message.data)
}
