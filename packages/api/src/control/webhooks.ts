/** An endpoint that is told of the events of its workspace, without its secret. Times are ISO 8601. */
export interface WebhookView {
  id: string
  url: string
  description: string
  /** Names of types, or patterns such as `infrastructure.*`. */
  types: string[]
  active: boolean
  /** Why Atlas turned it off by itself. */
  disabledReason: string | null
  /** Since when nothing arrived. */
  failingSince: string | null
  createdAt: string
  updatedAt: string
}

/** What became of one event at one endpoint. */
export interface DeliveryView {
  id: string
  eventId: number
  type: string
  status: 'pending' | 'delivered' | 'dead'
  attempts: number
  nextAt: string | null
  lastAt: string | null
  lastStatus: number | null
  lastError: string | null
  createdAt: string
}

export interface WebhookWish {
  url?: string | undefined
  description?: string | undefined
  types?: string[] | undefined
  active?: boolean | undefined
}

/** The webhooks of one workspace. All but `create` and `list` throw AtlasError `not_found`. */
export interface WebhooksControl {
  /** The secret is given out here and never again. @throws AtlasError `webhook_refused`, `usage` for an unknown type */
  create(workspace: string, wish: WebhookWish & { url: string }): Promise<{ webhook: WebhookView; secret: string }>
  list(workspace: string, page: { limit: number; after?: number }): Promise<{ webhooks: WebhookView[]; next?: number }>
  get(workspace: string, id: string): Promise<WebhookView>
  /** @throws AtlasError `webhook_refused`, `usage` */
  update(workspace: string, id: string, wish: WebhookWish): Promise<WebhookView>
  remove(workspace: string, id: string): Promise<void>
  /** The newest first. */
  deliveries(
    workspace: string,
    id: string,
    page: { status?: DeliveryView['status']; limit: number; before?: number },
  ): Promise<{ deliveries: DeliveryView[]; next?: number }>
  /** @throws AtlasError `webhook_off` */
  redeliver(workspace: string, id: string, delivery: string): Promise<DeliveryView>
  /** All dead ones. @returns how many @throws AtlasError `webhook_off` */
  redeliverDead(workspace: string, id: string): Promise<number>
  /** Sends one event of type `webhook.test` now, and says what came of it. */
  test(workspace: string, id: string): Promise<{ delivered: boolean; status?: number; error?: string; ms: number }>
}
