import type { Example, Seen } from './example.ts'

const hook = (seen: Seen) => ({ id: String(seen('createWebhook').webhook.id) })
const deliveryOf = (seen: Seen) => ({ ...hook(seen), delivery: String(seen('listDeliveries').deliveries[0].id) })

/** Before anything happens that it would be told of. */
export const subscribing: readonly Example[] = [
  {
    name: 'createWebhook',
    operation: 'createWebhook',
    summary: 'Told of changes and of how they end; to this computer only where the server allows it',
    body: { url: 'http://127.0.0.1:9/atlas', types: ['infrastructure.*', 'deployment.*'] },
    status: 201,
  },
  { name: 'listWebhooks', operation: 'listWebhooks', summary: 'One', status: 200 },
  { name: 'getWebhook', operation: 'getWebhook', summary: 'By its id', path: hook, status: 200 },
]

export const delivering: readonly Example[] = [
  {
    name: 'listDeliveries',
    operation: 'listDeliveries',
    summary: 'The last one',
    path: hook,
    query: { limit: '1' },
    status: 200,
  },
  { name: 'redeliver', operation: 'redeliver', summary: 'Once more', path: deliveryOf, status: 202 },
  { name: 'redeliverDead', operation: 'redeliverDead', summary: 'None was given up', path: hook, status: 202 },
  { name: 'testWebhook', operation: 'testWebhook', summary: 'Nobody answers there', path: hook, status: 200 },
  {
    name: 'rotateWebhookSecret',
    operation: 'rotateWebhookSecret',
    summary: 'Both secrets are good for a day',
    path: hook,
    body: { overlap_hours: 24 },
    status: 200,
  },
  {
    name: 'updateWebhook',
    operation: 'updateWebhook',
    summary: 'Turned off for a while',
    path: hook,
    body: { active: false },
    status: 200,
  },
  { name: 'deleteWebhook', operation: 'deleteWebhook', summary: 'Not told any more', path: hook, status: 200 },
]
