import { AtlasError, eventTypesMatching, toCloudEvent } from '@atlas/core'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { EventFilter } from '../control/events.ts'
import type { Control } from '../control.ts'
import { eventStream } from '../sse.ts'
import { eventJson, eventPattern } from '../wire/event.ts'

const eventId = z.coerce.number().int().nonnegative()
const query = z.object({
  follow: z
    .stringbool()
    .default(true)
    .meta({ type: 'boolean', description: '`false`: one page of what has happened, as JSON, instead of a stream' }),
  type: z
    .union([eventPattern, z.array(eventPattern)])
    .optional()
    .describe('Only these types: `infrastructure.created`, or `infrastructure.*` for all of a kind. May be repeated'),
  infrastructure: z.string().optional().describe('Only of this infrastructure, by name or id'),
  operation: z.string().optional().describe('Only of this operation, by id'),
  after: z
    .union([z.literal('latest'), eventId])
    .optional()
    .describe('As Last-Event-ID, for callers that cannot set headers; `latest`: only what happens from now on'),
  order: z.enum(['asc', 'desc']).default('asc').describe('Of a page: the oldest or the newest first'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Of a page: at most so many'),
  cursor: eventId.optional().describe('Of a page: `next_cursor` of the one before'),
})
const resume = z.object({ 'last-event-id': eventId.optional().describe('Go on after this event') })
const page = z.object({ events: z.array(eventJson), next_cursor: z.string().optional() })

type Query = z.infer<typeof query>

export interface StreamOptions {
  control: Control
  heartbeatMs: number
}

export const eventRoutes: FastifyPluginAsyncZod<StreamOptions> = async (app, { control, heartbeatMs }) => {
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
        summary: 'What happens, as server-sent events; what has happened, in pages',
        description:
          'Goes on after `Last-Event-ID` without a gap or a repetition, and never ends by itself. A comment comes every 15 seconds in which nothing happens.',
        tags: ['events'],
        querystring: query,
        headers: resume,
        response: {
          200: {
            description: 'A stream, or a page',
            content: { 'application/json': { schema: page }, 'text/event-stream': { schema: z.string() } },
          },
        },
      },
    },
    async (request, reply) => {
      const { workspace } = request.caller
      const filter = filterOf(request.query)
      if (!request.query.follow) return readPage(control, workspace, filter, request.query)
      const after = request.headers['last-event-id'] ?? request.query.after ?? 0
      const stream = new AbortController()
      open.add(stream)
      reply.raw.once('close', () => {
        open.delete(stream)
        stream.abort()
      })
      const events = await control.events.follow(workspace, { ...filter, after }, stream.signal)
      const frames = eventStream(events, heartbeatMs, stream.signal)
      return reply
        .header('content-type', 'text/event-stream')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .send(frames as never)
    },
  )
}

function filterOf({ type = [], infrastructure, operation }: Query): EventFilter {
  const types = eventTypesMatching([type].flat().flatMap((one) => one.split(',').filter(Boolean)))
  return {
    ...(types === undefined ? {} : { types }),
    ...(infrastructure === undefined ? {} : { infrastructure }),
    ...(operation === undefined ? {} : { operation }),
  }
}

async function readPage(
  control: Control,
  workspace: string,
  filter: EventFilter,
  { after, order, limit, cursor }: Query,
): Promise<z.infer<typeof page>> {
  if (after === 'latest' || (order === 'desc' && after !== undefined))
    throw new AtlasError('usage', `after=${after} does not go with a page in this order`, {
      hint: 'order=desc begins with the newest; its next page is at `cursor`',
    })
  const from = order === 'desc' ? { before: cursor ?? Number.MAX_SAFE_INTEGER } : { after: cursor ?? after ?? 0 }
  const events = await control.events.page(workspace, { ...filter, ...from, limit })
  const last = events.length < limit ? undefined : events.at(-1)
  return { events: events.map(toCloudEvent), ...(last && { next_cursor: String(last.id) }) }
}
