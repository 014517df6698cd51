import { AtlasError, type InfrastructureFilter, type ResourceFilter } from '@atlas/core'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control } from '../control.ts'
import {
  infrastructureJson,
  infrastructureStatus,
  infrastructureSummaryJson,
  infrastructureSummaryToJson,
  infrastructureToJson,
  resourceJson,
  resourceToJson,
} from '../wire/infrastructure.ts'
import { cursorsOf, nextCursor, pageQuery } from '../wire/page.ts'

const byId = z.object({ id: z.string().describe('Id or name') })

const listQuery = pageQuery.extend({
  status: infrastructureStatus.optional(),
  provider: z.string().optional(),
  tag: z
    .preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(z.string()).default([]))
    .describe('Such as `environment:production`; several must all be there'),
  prefix: z.string().optional().describe('How the name begins'),
  include: z.enum(['resources']).optional().describe('Also the resources of each, as in the answer for one'),
})
const listJson = z.object({
  infrastructure: z.array(infrastructureSummaryJson.extend({ resources: z.array(resourceJson).optional() })),
  next_cursor: nextCursor,
})

const cursors = cursorsOf('infrastructure', z.tuple([z.string()]))
const resourceCursors = cursorsOf('resources', z.tuple([z.string(), z.number()]))

const resourceQuery = pageQuery.extend({
  type: z.string().optional().describe('Such as `machine`'),
  phase: z.enum(['ready', 'pending', 'failed', 'missing']).optional(),
})

/**
 * What `wire` puts together field by field goes out as it is. A page of 50 takes 29 µs so, 63 µs where zod goes through
 * it once more, 51 µs with fast-json-stringify.
 */
const serializerCompiler = () => JSON.stringify

/** What there is: infrastructure and its resources. */
export const inventoryRoutes: FastifyPluginAsyncZod<{ control: Control }> = async (app, { control }) => {
  app.get(
    '/infrastructure',
    {
      serializerCompiler,
      config: { role: 'viewer' },
      schema: {
        operationId: 'listInfrastructure',
        summary: 'By name, in pages',
        description:
          '`next_cursor` of a page, sent as `cursor`, brings the next one. What is destroyed stays in the list, with that status.',
        tags: ['infrastructure'],
        querystring: listQuery,
        response: { 200: listJson },
      },
    },
    async ({ caller: { workspace }, query: { cursor, tag, include, ...rest } }) => {
      const after = cursor === undefined ? {} : { after: cursors.placeOf(cursor)[0] }
      const filter = { ...rest, ...after, tags: tagsOf(tag) } as InfrastructureFilter
      const { found, next } = await control.infrastructures(workspace, filter)
      const whole = include && (await Promise.all(found.map(({ id }) => control.infrastructure(workspace, id))))
      return {
        infrastructure: whole ? whole.map(infrastructureToJson) : found.map(infrastructureSummaryToJson),
        ...(next !== undefined && cursors.next([next])),
      }
    },
  )

  const one = z.object({ infrastructure: infrastructureJson })
  app.get(
    '/infrastructure/:id',
    {
      serializerCompiler,
      config: { role: 'viewer' },
      schema: {
        operationId: 'getInfrastructure',
        summary: 'One, by id or name',
        description:
          'With its resources as they were seen last; the cloud is not asked. Its ETag is for `If-Match` of an update. With `include=description` also what was last carried out, to be changed and sent back.',
        tags: ['infrastructure'],
        params: byId,
        querystring: z.object({ include: z.enum(['description']).optional().describe('Also what it was made from') }),
        response: { 200: one },
      },
    },
    async (request, reply) => {
      const { caller, params, query } = request
      const more = { description: query.include === 'description' }
      const found = await control.infrastructure(caller.workspace, params.id, more)
      reply.revision = found.revision
      return { infrastructure: infrastructureToJson(found) }
    },
  )

  const resources = z.object({ resources: z.array(resourceJson), next_cursor: nextCursor })
  app.get(
    '/infrastructure/:id/resources',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listResources',
        summary: 'Resources of an infrastructure by name, in pages',
        description: '`phase` is what was seen last, `attributes` what other resources can refer to.',
        tags: ['infrastructure'],
        params: byId,
        querystring: resourceQuery,
        response: { 200: resources },
      },
    },
    async ({ caller, params, query: { cursor, ...rest } }) => {
      const after = cursor === undefined ? {} : { after: resourceCursors.placeOf(cursor) }
      const page = await control.resources(caller.workspace, params.id, { ...rest, ...after } as ResourceFilter)
      return {
        resources: page.resources.map(resourceToJson),
        ...(page.next && resourceCursors.next(page.next)),
      }
    },
  )
}

function tagsOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((tag) => {
      const [name = '', ...value] = tag.split(':')
      if (name !== '' && value.length > 0) return [name, value.join(':')]
      throw new AtlasError('usage', `tag=${tag}: expected a name and a value, such as tag=environment:production`)
    }),
  )
}
