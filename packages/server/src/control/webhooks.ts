import { randomUUID } from 'node:crypto'
import type { WebhooksControl, WebhookWish } from '@atlas/api'
import { type CloudEvent, eventTypesMatching, toCloudEvent } from '@atlas/core'
import type { Store, WebhookChange } from '@atlas/store'
import type { Sealer } from '../credentials/sealer.ts'
import type { Send } from '../webhooks/send.ts'
import { newSecret } from '../webhooks/signature.ts'
import { checkHost, checkUrl, type TargetPolicy } from '../webhooks/target.ts'

export interface WebhooksParts {
  store: Pick<Store, 'webhooks' | 'deliveries'>
  sealer: Sealer
  send: Send
  policy: TargetPolicy
}

export const belonging = (workspace: string, id: string) => ['webhook', workspace, id] as const

export const webhooksControl = ({ store, sealer, send, policy }: WebhooksParts): WebhooksControl => ({
  async create(workspace, { url, description = '', types = ['*'] }) {
    await check({ url, types }, policy)
    const id = randomUUID()
    const secret = newSecret()
    const sealedSecret = await sealer.seal(secret, belonging(workspace, id))
    return { webhook: await store.webhooks.create(workspace, { id, url, description, types, sealedSecret }), secret }
  },
  list: (workspace, page) => store.webhooks.list(workspace, page),
  get: (workspace, id) => store.webhooks.get(workspace, id),
  async update(workspace, id, wish) {
    await check(wish, policy)
    return store.webhooks.update(workspace, id, given(wish))
  },
  async rotateSecret(workspace, id, { overlapHours }) {
    await store.webhooks.get(workspace, id)
    const secret = newSecret()
    const sealedSecret = await sealer.seal(secret, belonging(workspace, id))
    const previousValidUntil = await store.webhooks.rotate(workspace, id, { sealedSecret, overlapHours })
    return { webhook: await store.webhooks.get(workspace, id), secret, previousValidUntil }
  },
  remove: (workspace, id) => store.webhooks.remove(workspace, id),

  deliveries: (workspace, id, page) => store.deliveries.list(workspace, id, page),
  redeliver: (workspace, id, delivery) => store.deliveries.redeliver(workspace, id, delivery),
  redeliverDead: (workspace, id) => store.deliveries.redeliverDead(workspace, id),

  async test(workspace, id) {
    const { url, sealedSecrets } = await store.webhooks.get(workspace, id)
    const secrets = sealedSecrets.map((sealed) => sealer.open(sealed, belonging(workspace, id)))
    const began = performance.now()
    const event = testEvent(workspace, id)
    const { accepted, status, error } = await send(
      { url, secrets },
      `msg_${event.id}`,
      event,
      new AbortController().signal,
    )
    return {
      delivered: accepted,
      ...(status !== undefined && { status }),
      ...(error !== undefined && { error }),
      ms: Math.round(performance.now() - began),
    }
  },
})

async function check({ url, types }: WebhookWish, policy: TargetPolicy): Promise<void> {
  if (types !== undefined) eventTypesMatching(types)
  if (url !== undefined) await checkHost(checkUrl(url, policy), policy)
}

/** Without the members that were left out. */
const given = (wish: WebhookWish): WebhookChange =>
  Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined))

/** It is no event of the workspace: nobody else is told of it, so it has no place in the order. */
const testEvent = (workspace: string, webhook: string): CloudEvent => {
  const place = { id: 0, infrastructure: null, operation: null, step: null }
  const time = new Date().toISOString()
  const event = toCloudEvent({ ...place, type: 'webhook.test', time, workspace, data: { webhook } })
  return { ...event, id: randomUUID() }
}
