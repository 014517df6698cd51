import { Readable } from 'node:stream'
import type { AtlasEvent } from '@atlas/core'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control } from '../control.ts'
import { eventFrames } from '../sse.ts'

const eventId = z.coerce.number().int().nonnegative()
const filter = z.object({
  operation: z.string().optional(),
  infrastructure: z.string().optional(),
  after: eventId.optional().describe('As Last-Event-ID, for callers that cannot set headers'),
})
const resume = z.object({ 'last-event-id': eventId.optional().describe('Go on after this event') })

export const eventRoutes: FastifyPluginAsyncZod<{ control: Control; heartbeatMs: number }> = async (app, options) => {
  const { control, heartbeatMs } = options
  const open = new Set<AbortController>()
  app.addHook('preClose', async () => {
    for (const stream of open) stream.abort()
  })

  app.get(
    '/events',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'streamEvents',
        summary: 'What happens, as server-sent events',
        tags: ['events'],
        querystring: filter,
        headers: resume,
      },
    },
    (request, reply) => {
      const { after = 0, operation, infrastructure } = request.query
      const stream = new AbortController()
      open.add(stream)
      reply.raw.once('close', () => {
        open.delete(stream)
        stream.abort()
      })
      const wanted = {
        afterId: request.headers['last-event-id'] ?? after,
        ...(operation === undefined ? {} : { operation }),
        ...(infrastructure === undefined ? {} : { infrastructure }),
      }
      const events: AsyncIterable<AtlasEvent> = control.events(request.caller.workspace, wanted, stream.signal)
      // A Readable asks for the next frame only when the socket takes more: a slow reader slows its own query, no memory.
      const frames = Readable.from(eventFrames(events, heartbeatMs, stream.signal))
      return reply
        .header('content-type', 'text/event-stream')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .send(frames)
    },
  )
}
