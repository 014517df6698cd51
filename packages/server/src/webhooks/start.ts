import type { Store } from '@atlas/store'
import { belonging } from '../control/webhooks.ts'
import type { Sealer } from '../credentials/sealer.ts'
import type { Logger } from '../logging.ts'
import { startDelivery } from './deliver.ts'
import { type Send, webhookSender } from './send.ts'
import type { TargetPolicy } from './target.ts'

export interface WebhooksOptions {
  store: Pick<Store, 'outbox'>
  sealer: Sealer
  policy: TargetPolicy
  version: string
  log: Logger
}

/** Begins to tell webhooks what happened. `send` is also for trying one out. */
export function startWebhooks({ store, sealer, policy, version, log }: WebhooksOptions): {
  send: Send
  policy: TargetPolicy
  stop(): Promise<void>
} {
  const { send, close } = webhookSender(policy, `atlas/${version}`)
  const delivery = startDelivery({
    outbox: store.outbox,
    send,
    secretsOf: ({ workspace, id, sealedSecrets }) =>
      sealedSecrets.map((sealed) => sealer.open(sealed, belonging(workspace, id))),
    log,
  })
  return {
    send,
    policy,
    async stop() {
      await delivery.stop()
      await close()
    },
  }
}
