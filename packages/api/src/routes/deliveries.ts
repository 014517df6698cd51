import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control } from '../control.ts'
import { cursorsOf, nextCursor, pageQuery } from '../wire/page.ts'
import { deliveryJson, deliveryToJson, testJson } from '../wire/webhook.ts'

const byId = z.object({ id: z.string().describe('Id of the webhook') })
const byIds = byId.extend({ delivery: z.string().describe('Id of the delivery') })
const cursors = cursorsOf('deliveries', z.tuple([z.number().int().nonnegative()]))
const statuses = pageQuery.extend({ status: deliveryJson.shape.status.optional().describe('Only such') })
const tags = ['webhooks']

/** What became of events at a webhook. */
export const deliveryRoutes: FastifyPluginAsyncZod<{ control: Pick<Control, 'webhooks'> }> = async (
  app,
  { control: { webhooks } },
) => {
  const all = z.object({ deliveries: z.array(deliveryJson), next_cursor: nextCursor })
  app.get(
    '/webhooks/:id/deliveries',
    {
      config: { role: 'operator' },
      schema: {
        operationId: 'listDeliveries',
        summary: 'What became of its events, the newest first',
        description: 'Each event with its attempts: what was answered, and when it is tried next. `status` narrows it.',
        tags,
        params: byId,
        querystring: statuses,
        response: { 200: all },
      },
    },
    async ({ caller, params, query: { limit, cursor, status } }) => {
      const before = cursor === undefined ? {} : { before: cursors.placeOf(cursor)[0] }
      const wish = { limit, ...before, ...(status && { status }) }
      const { deliveries, next } = await webhooks.deliveries(caller.workspace, params.id, wish)
      return {
        deliveries: deliveries.map(deliveryToJson),
        ...(next && cursors.next([next])),
      }
    },
  )

  app.post(
    '/webhooks/:id/deliveries/:delivery/redeliver',
    {
      config: { role: 'operator' },
      schema: {
        operationId: 'redeliver',
        summary: 'Sends one again, with the same webhook-id',
        description:
          'Answers at once; it is sent as soon as a node takes its turn. The event is the same, so a receiver that has seen its `webhook-id` can leave it.',
        tags,
        params: byIds,
        response: { 202: z.object({ delivery: deliveryJson }) },
      },
    },
    async ({ caller, params }, reply) => {
      const delivery = await webhooks.redeliver(caller.workspace, params.id, params.delivery)
      return reply.code(202).send({ delivery: deliveryToJson(delivery) })
    },
  )

  app.post(
    '/webhooks/:id/redeliver',
    {
      config: { role: 'operator' },
      schema: {
        operationId: 'redeliverDead',
        summary: 'Sends all dead ones again',
        description:
          'Dead is what was tried for a day without success, or was on its way when the webhook was turned off. Answers with how many are sent again.',
        tags,
        params: byId,
        response: { 202: z.object({ redelivered: z.number() }) },
      },
    },
    async ({ caller, params }, reply) =>
      reply.code(202).send({ redelivered: await webhooks.redeliverDead(caller.workspace, params.id) }),
  )

  app.post(
    '/webhooks/:id/test',
    {
      config: { role: 'operator' },
      schema: {
        operationId: 'testWebhook',
        summary: 'Sends an event of type webhook.test now, and says what came of it',
        description:
          'Waits for the answer of the endpoint, and says its status or what went wrong. Nothing is tried again.',
        tags,
        params: byId,
        response: { 200: testJson },
      },
    },
    ({ caller, params }) => webhooks.test(caller.workspace, params.id),
  )
}
