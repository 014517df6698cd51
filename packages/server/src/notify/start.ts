import { createHash } from 'node:crypto'
import { isAtlasError } from '@atlas/core'
import type { Store } from '@atlas/store'
import { belonging } from '../control/webhooks.ts'
import type { Sealer } from '../credentials/sealer.ts'
import type { Logger } from '../logging.ts'
import { startEvery } from '../upkeep.ts'
import type { Send } from '../webhooks/send.ts'
import { newSecret } from '../webhooks/signature.ts'
import { type EmailConfig, typesOf } from './config.ts'
import { mailSender } from './mail.ts'

export interface NotifyParts {
  store: Pick<Store, 'webhooks' | 'heartbeat'>
  sealer: Sealer
  config: EmailConfig
  /** ATLAS_SMTP_PASSWORD */
  password: string | undefined
  log: Logger
}

/**
 * Mail is one more webhook of its workspace, with a `mailto:` address that only the server's configuration can give: its
 * deliveries are kept, retried and had by one server alone, as those of all others.
 */
export async function startNotifying(parts: NotifyParts): Promise<{ send: Send; stop(): Promise<void> }> {
  const { store, config, password, log } = parts
  await subscribe(parts)
  const { send, close } = mailSender(config, password)
  const beats = config.notify.includes('heartbeats')
    ? startEvery(Math.min(60_000, config.heartbeat_minutes * 30_000), async () => {
        await store
          .heartbeat(config.workspace, config.heartbeat_minutes)
          .catch((err: unknown) => log.warn({ err }, 'a heartbeat was missed'))
      })
    : undefined
  return {
    send,
    async stop() {
      await beats?.stop()
      close()
    },
  }
}

/** One for a workspace, whichever server was first; from now on it tells what this configuration says. */
async function subscribe({ store, sealer, config }: NotifyParts): Promise<void> {
  const { workspace, to } = config
  const id = idOf(workspace)
  const wish = { url: `mailto:${to.join(',')}`, types: typesOf(config) }
  const known = () => store.webhooks.update(workspace, id, { ...wish, active: true })
  try {
    await known()
  } catch (error) {
    if (!isAtlasError(error, 'not_found')) throw error
    const sealedSecret = await sealer.seal(newSecret(), belonging(workspace, id))
    const description = 'mail, by email_config.json'
    await store.webhooks.create(workspace, { id, ...wish, description, sealedSecret }).catch(known)
  }
}

/** Always the same for a workspace, in the form of a UUID. */
function idOf(workspace: string): string {
  const hex = createHash('sha256').update(`mail of ${workspace}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}
