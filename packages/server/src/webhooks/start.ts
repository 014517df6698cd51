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
  /** Where mail is configured. */
  mail: Send | undefined
  version: string
  log: Logger
}

/** Begins to tell webhooks what happened. `send` is also for trying one out. */
export function startWebhooks({ store, sealer, policy, mail, version, log }: WebhooksOptions): {
  send: Send
  policy: TargetPolicy
  stop(): Promise<void>
} {
  const { send: post, close } = webhookSender(policy, `atlas/${version}`)
  const send: Send = (to, ...rest) => (isMail(to.url) ? (mail ?? noMail)(to, ...rest) : post(to, ...rest))
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

/** It was configured once, and this server knows nothing of it. */
const noMail: Send = async () => ({ accepted: false, error: 'ATLAS_EMAIL_CONFIG is not set on this server' })

/** Only the server's own configuration makes one with such an address. */
const isMail = (url: string): boolean => url.startsWith('mailto:')
