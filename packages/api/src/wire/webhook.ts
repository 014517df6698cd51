import { type Delivery, eventTypes, type Webhook } from '@atlas/core'
import { z } from 'zod'
import { eventPattern } from './event.ts'

const time = z.string().meta({ examples: ['2026-11-20T10:00:00.000Z'] })

export const webhookJson = z
  .object({
    id: z.string().meta({ examples: ['5b2f4f0e-6a3a-4a55-9a0c-7b1f8f6f2c11'] }),
    url: z.string().meta({ examples: ['https://hooks.example.com/atlas'] }),
    description: z.string(),
    types: z.array(z.string()).describe('What it is told of: names of types, or patterns such as `infrastructure.*`'),
    active: z.boolean(),
    disabled_reason: z.string().nullable().describe('Why Atlas turned it off by itself'),
    failing_since: time.nullable().describe('Since when nothing arrived'),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Webhook' })

export const deliveryJson = z
  .object({
    id: z.string().describe('With `msg_` before it, the `webhook-id` of every attempt'),
    event: z.object({ id: z.string(), type: z.string() }),
    status: z.enum(['pending', 'delivered', 'dead']).describe('dead: tried for a day, or the webhook was turned off'),
    attempts: z.number().describe('Since it was last asked for'),
    next_attempt_at: time.nullable(),
    last_attempt_at: time.nullable(),
    last_status: z.number().nullable().describe('HTTP status of the last answer'),
    last_error: z.string().nullable(),
    created_at: time,
  })
  .meta({ id: 'Delivery' })

const parts = {
  url: z.url().max(2000).describe('https, and public; put no secret into it, the requests are signed'),
  description: z.string().max(200),
  types: z
    .array(eventPattern)
    .min(1)
    .max(eventTypes.length)
    .describe('What it is told of: names of types, patterns such as `infrastructure.*`, or `*`'),
  active: z.boolean().describe('Turned on again, it is told of what happens from then on'),
}

export const newWebhookJson = z
  .object({
    url: parts.url,
    description: parts.description.default(''),
    types: parts.types.default(['*']),
  })
  .meta({
    id: 'NewWebhook',
    examples: [{ url: 'https://hooks.example.com/atlas', types: ['infrastructure.*', 'deployment.*'] }],
  })

export const webhookChangeJson = z
  .object(parts)
  .partial()
  .meta({ id: 'WebhookChange', examples: [{ active: false }] })

export const rotationJson = z
  .object({
    overlap_hours: z
      .number()
      .min(0)
      .max(168)
      .default(24)
      .describe('For so long requests are signed with the secret before too; 0: it has leaked, and ends at once'),
  })
  .meta({ id: 'SecretRotation', examples: [{ overlap_hours: 24 }] })

export const testJson = z.object({
  delivered: z.boolean(),
  status: z.number().optional().describe('What it answered'),
  error: z.string().optional(),
  ms: z.number(),
})

export const webhookToJson = (view: Webhook): z.infer<typeof webhookJson> => ({
  id: view.id,
  url: view.url,
  description: view.description,
  types: view.types,
  active: view.active,
  disabled_reason: view.disabledReason,
  failing_since: view.failingSince,
  created_at: view.createdAt,
  updated_at: view.updatedAt,
})

export const deliveryToJson = (view: Delivery): z.infer<typeof deliveryJson> => ({
  id: view.id,
  event: { id: String(view.eventId), type: view.type },
  status: view.status,
  attempts: view.attempts,
  next_attempt_at: view.nextAt,
  last_attempt_at: view.lastAt,
  last_status: view.lastStatus,
  last_error: view.lastError,
  created_at: view.createdAt,
})
