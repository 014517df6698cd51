import type { Delivery, Webhook } from '@atlas/core'

export interface WebhookWish {
  url?: string | undefined
  description?: string | undefined
  types?: string[] | undefined
  active?: boolean | undefined
}

/** The webhooks of one workspace. All but `create` and `list` throw AtlasError `not_found`. */
export interface WebhooksControl {
  /** The secret is given out here and never again. @throws AtlasError `webhook_refused`, `usage` for an unknown type */
  create(workspace: string, wish: WebhookWish & { url: string }): Promise<{ webhook: Webhook; secret: string }>
  list(workspace: string, page: { limit: number; after?: number }): Promise<{ webhooks: Webhook[]; next?: number }>
  get(workspace: string, id: string): Promise<Webhook>
  /** @throws AtlasError `webhook_refused`, `usage` */
  update(workspace: string, id: string, wish: WebhookWish): Promise<Webhook>
  /** The secret before goes on being signed with for so long; the new one is given out here and never again. */
  rotateSecret(
    workspace: string,
    id: string,
    how: { overlapHours: number },
  ): Promise<{ webhook: Webhook; secret: string; previousValidUntil: string }>
  /** @returns what it was */
  remove(workspace: string, id: string): Promise<Webhook>
  /** The newest first. */
  deliveries(
    workspace: string,
    id: string,
    page: { status?: Delivery['status']; limit: number; before?: number },
  ): Promise<{ deliveries: Delivery[]; next?: number }>
  /** @throws AtlasError `webhook_off` */
  redeliver(workspace: string, id: string, delivery: string): Promise<Delivery>
  /** All dead ones. @returns how many @throws AtlasError `webhook_off` */
  redeliverDead(workspace: string, id: string): Promise<number>
  /** Sends one event of type `webhook.test` now, and says what came of it. */
  test(workspace: string, id: string): Promise<{ delivered: boolean; status?: number; error?: string; ms: number }>
}
