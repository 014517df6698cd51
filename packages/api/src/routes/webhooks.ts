import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control } from '../control.ts'
import { cursorsOf, nextCursor, pageQuery } from '../wire/page.ts'
import { newWebhookJson, rotationJson, webhookChangeJson, webhookJson, webhookToJson } from '../wire/webhook.ts'
import { deliveryRoutes } from './deliveries.ts'

const byId = z.object({ id: z.string().describe('Id of the webhook') })
const cursors = cursorsOf('webhooks', z.tuple([z.number().int().nonnegative()]))
const one = z.object({ webhook: webhookJson })
const tags = ['webhooks']

/** The address of a webhook may be as good as a secret, so viewers do not see it. */
export const webhookRoutes: FastifyPluginAsyncZod<{ control: Pick<Control, 'webhooks'> }> = async (
  app,
  { control },
) => {
  const { webhooks } = control
  const all = z.object({ webhooks: z.array(webhookJson), next_cursor: nextCursor })
  app.get(
    '/webhooks',
    {
      config: { role: 'operator' },
      schema: {
        operationId: 'listWebhooks',
        summary: 'The endpoints that are told of events, without their secrets',
        description:
          'In pages. `failing_since` says since when nothing has arrived, `disabled_reason` why Atlas turned one off by itself.',
        tags,
        querystring: pageQuery,
        response: { 200: all },
      },
    },
    async ({ caller, query: { limit, cursor } }) => {
      const after = cursor === undefined ? {} : { after: cursors.placeOf(cursor)[0] }
      const { webhooks: listed, next } = await webhooks.list(caller.workspace, { limit, ...after })
      return { webhooks: listed.map(webhookToJson), ...(next && cursors.next([next])) }
    },
  )

  const made = one.extend({
    secret: z.string().describe('What requests are signed with. It is shown here and never again'),
  })
  app.post(
    '/webhooks',
    {
      config: { role: 'admin', secretAnswer: true },
      schema: {
        operationId: 'createWebhook',
        summary: 'Tells an endpoint of what happens from now on, and shows its secret this once',
        description:
          'Requests are signed with the secret by the rules of Standard Webhooks. Only https, and only addresses that are public, unless the server allows its own computer.',
        tags,
        body: newWebhookJson,
        response: { 201: made },
      },
    },
    async ({ caller, body }, reply) => {
      const { webhook, secret } = await webhooks.create(caller.workspace, body)
      reply.code(201).header('location', `/api/v1/webhooks/${webhook.id}`).header('cache-control', 'no-store')
      return { webhook: webhookToJson(webhook), secret }
    },
  )

  app.get(
    '/webhooks/:id',
    {
      config: { role: 'operator' },
      schema: {
        operationId: 'getWebhook',
        summary: 'One webhook',
        description:
          'Its address, the types that it is told of, and whether it is active. The secret is never shown again.',
        tags,
        params: byId,
        response: { 200: one },
      },
    },
    async ({ caller, params }) => ({ webhook: webhookToJson(await webhooks.get(caller.workspace, params.id)) }),
  )

  app.patch(
    '/webhooks/:id',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'updateWebhook',
        summary: 'Changes it, or turns it off or on',
        description:
          'Only what is sent is changed. With `active: false` events go past it; turned on again, it is told of what happens from then on.',
        tags,
        params: byId,
        body: webhookChangeJson,
        response: { 200: one },
      },
    },
    async ({ caller, params, body }) => ({
      webhook: webhookToJson(await webhooks.update(caller.workspace, params.id, body)),
    }),
  )

  const rotated = made.extend({
    previous_valid_until: z.string().describe('Until then requests are signed with the secret before too'),
  })
  app.post(
    '/webhooks/:id/rotate-secret',
    {
      config: { role: 'admin', secretAnswer: true },
      schema: {
        operationId: 'rotateWebhookSecret',
        summary: 'Another secret in the place of the one it has, and shows it this once',
        description:
          'For a while every request carries a signature by each, with a space between them, so the endpoint may change over whenever it likes. Of the secrets before, the last three are kept.',
        tags,
        params: byId,
        body: z.preprocess((body) => body ?? {}, rotationJson),
        response: { 200: rotated },
      },
    },
    async ({ caller, params, body }, reply) => {
      const how = { overlapHours: body.overlap_hours }
      const { webhook, secret, previousValidUntil } = await webhooks.rotateSecret(caller.workspace, params.id, how)
      reply.header('cache-control', 'no-store')
      return { webhook: webhookToJson(webhook), secret, previous_valid_until: previousValidUntil }
    },
  )

  app.delete(
    '/webhooks/:id',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'deleteWebhook',
        summary: 'Tells it of nothing any more, and forgets its deliveries',
        description: 'Answers with what it was. Events on their way are not sent any more.',
        tags,
        params: byId,
        response: { 200: one },
      },
    },
    async ({ caller, params }) => ({ webhook: webhookToJson(await webhooks.remove(caller.workspace, params.id)) }),
  )

  await app.register(deliveryRoutes, { control })
}
