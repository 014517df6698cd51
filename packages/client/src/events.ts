import { setTimeout as sleep } from 'node:timers/promises'
import type { AtlasEvent } from '@atlas/core'
import { isAtlasError } from '@atlas/core/errors'
import { type Connection, send } from './http.ts'

export interface EventQuery {
  operation?: string
  infrastructure?: string
  /** Only events after this one. */
  after?: number
  signal?: AbortSignal
  /** How long the server may be away before it counts as gone. Milliseconds. */
  patienceMs?: number
}

/**
 * Events as they happen, for ever. A broken connection is taken up again after the last event seen, so none is lost and
 * none comes twice. Ends when the signal fires.
 *
 * @throws AtlasError `server_unreachable` when the server stays away longer than `patienceMs`
 */
export async function* events(connection: Connection, query: EventQuery = {}): AsyncGenerator<AtlasEvent> {
  const { operation, infrastructure, signal, patienceMs = 30_000 } = query
  let after = query.after ?? 0
  let lastContact = Date.now()
  while (!signal?.aborted) {
    try {
      const headers = { 'last-event-id': String(after), accept: 'text/event-stream' }
      const request = { query: { operation, infrastructure }, headers, ...(signal ? { signal } : {}) }
      const answer = await send(connection, '/events', request)
      lastContact = Date.now()
      for await (const event of parse(answer.body!)) {
        after = event.id
        yield event
      }
      lastContact = Date.now()
    } catch (error) {
      if (signal?.aborted) return
      const passing = isAtlasError(error) ? error.code === 'server_unreachable' : true
      if (!passing || Date.now() - lastContact > patienceMs) throw error
    }
    await sleep(250, undefined, signal ? { signal } : {}).catch(() => {})
  }
}

async function* parse(body: ReadableStream<Uint8Array>): AsyncGenerator<AtlasEvent> {
  const { EventSourceParserStream } = await import('eventsource-parser/stream')
  const text = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
  for await (const message of text.pipeThrough(new EventSourceParserStream())) yield JSON.parse(message.data)
}
