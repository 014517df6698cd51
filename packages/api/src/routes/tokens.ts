import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control } from '../control.ts'
import { cursorsOf, nextCursor, pageQuery } from '../wire/page.ts'
import { newTokenJson, tokenJson, tokenToJson } from '../wire/token.ts'

const byId = z.object({ id: z.string().describe('Id of the token') })
const cursors = cursorsOf('tokens', z.tuple([z.string().regex(/^\d{1,18}$/)]))
const one = z.object({ token: tokenJson })

export const tokenRoutes: FastifyPluginAsyncZod<{ control: Pick<Control, 'tokens'> }> = async (
  app,
  { control: { tokens } },
) => {
  const all = z.object({ tokens: z.array(tokenJson), next_cursor: nextCursor })
  app.get(
    '/tokens',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'listTokens',
        summary: 'The API tokens of the workspace, without their secrets',
        description:
          'The latest first, in pages; also those that were revoked or have expired. `last_used_at` is to the minute.',
        tags: ['tokens'],
        querystring: pageQuery,
        response: { 200: all },
      },
    },
    async ({ caller, query: { limit, cursor } }) => {
      const before = cursor === undefined ? undefined : cursors.placeOf(cursor)[0]
      const { tokens: listed, next } = await tokens.list(caller.workspace, { limit, before })
      return { tokens: listed.map(tokenToJson), ...(next && cursors.next([next])) }
    },
  )

  const made = one.extend({ secret: z.string().describe('The token itself. It is shown here and never again') })
  app.post(
    '/tokens',
    {
      config: { role: 'admin', secretAnswer: true },
      schema: {
        operationId: 'createToken',
        summary: 'Makes one, and shows its secret this once',
        description:
          'Of the secret only a digest is kept. Without `expires_at` the token is good until it is revoked. With `approval: required` it is an agent’s: it can plan, and have carried out what a person has approved.',
        tags: ['tokens'],
        body: newTokenJson,
        response: { 201: made },
      },
    },
    async ({ caller, body: { expires_at, ...wish } }, reply) => {
      const expiresAt = expires_at === undefined ? undefined : new Date(expires_at)
      const { token, secret } = await tokens.create(caller.workspace, { ...wish, expiresAt }, caller.actor)
      reply.code(201).header('location', `/api/v1/tokens/${token.id}`).header('cache-control', 'no-store')
      return { token: tokenToJson(token), secret }
    },
  )

  app.get(
    '/tokens/:id',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'getToken',
        summary: 'One token, without its secret',
        description: '`prefix` is how the secret begins: to find where the token is used.',
        tags: ['tokens'],
        params: byId,
        response: { 200: one },
      },
    },
    async ({ caller, params }) => ({ token: tokenToJson(await tokens.get(caller.workspace, params.id)) }),
  )

  app.delete(
    '/tokens/:id',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'revokeToken',
        summary: 'Revokes it, at once and everywhere',
        description:
          'The next request with it is refused, whichever server it reaches. It stays in the list, with `revoked_at`.',
        tags: ['tokens'],
        params: byId,
        response: { 200: one },
      },
    },
    async ({ caller, params }) => ({ token: tokenToJson(await tokens.revoke(caller.workspace, params.id)) }),
  )
}
