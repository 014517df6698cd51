import { setTimeout as sleep } from 'node:timers/promises'
import { toCloudEvent } from '@atlas/core'
import type { DeliveryOutcome, DueDelivery, Outbox, TakenWebhook } from '@atlas/store'
import type { Logger } from '../logging.ts'
import { disableAfterMs, retryMs } from './schedule.ts'
import type { Send, Sent } from './send.ts'

/** Webhooks delivered to at the same time; each gets its events one after the other, in their order. */
const atOnce = 20
/** Deliveries before another webhook has its turn. */
const turn = 20
/** While nothing rings: for a bell that was not heard, and for what a dead server left. */
const lookAgainMs = 30_000
/** Rings within this share a look: an operation rings hundreds of times a second, mostly for nobody here. */
const companyMs = 100
const troubleMs = 2000

export interface DeliveryParts {
  outbox: Outbox
  send: Send
  /** What requests are signed with. @throws AtlasError where the key is not there */
  secretsOf(webhook: TakenWebhook): string[]
  log: Logger
}

/** Tells webhooks what happened, until stopped. Any number of processes may do so: each webhook is one's at a time. */
export function startDelivery(parts: DeliveryParts): { stop(): Promise<void> } {
  const { outbox, log } = parts
  const stopped = new AbortController()
  const { signal } = stopped
  const bell = outbox.bell()
  const busy = new Set<Promise<void>>()

  async function look(): Promise<number> {
    const taken = await outbox.take(atOnce - busy.size)
    for (const webhook of taken) {
      const serving = serve(parts, webhook, signal).catch((err: unknown) => {
        log.warn({ err, webhook: webhook.id }, 'a webhook could not be served')
      })
      busy.add(serving)
      void serving.finally(() => busy.delete(serving))
    }
    return taken.length
  }
  const going = (async () => {
    while (!signal.aborted) {
      const rung = bell.next()
      try {
        if (busy.size >= atOnce) await Promise.race(busy)
        else if ((await look()) === 0) {
          await Promise.race([rung.orAfter(await pauseMs(outbox, busy), signal), ...busy])
          await sleep(companyMs, undefined, { signal })
        }
      } catch (err) {
        if (signal.aborted) return
        log.warn({ err }, 'webhooks wait for the database')
        await sleep(troubleMs, undefined, { signal }).catch(() => {})
      }
    }
  })()
  return {
    async stop() {
      stopped.abort()
      await going
      await Promise.all(busy)
      bell.close()
    },
  }
}

async function pauseMs(outbox: Outbox, busy: ReadonlySet<unknown>): Promise<number> {
  if (busy.size > 0) return troubleMs
  return Math.min(lookAgainMs, Math.max(50, (await outbox.nextDueMs()) ?? lookAgainMs))
}

async function serve(parts: DeliveryParts, webhook: TakenWebhook, signal: AbortSignal): Promise<void> {
  const { outbox } = parts
  try {
    const secrets = parts.secretsOf(webhook)
    for (const delivery of await outbox.due(webhook, turn)) {
      if (signal.aborted) return
      if (!(await deliver(parts, webhook, secrets, delivery, signal))) return
    }
  } finally {
    await outbox.giveBack(webhook)
  }
}

/** `false`: the webhook is not to be told more for now. */
async function deliver(
  { outbox, send, log }: DeliveryParts,
  webhook: TakenWebhook,
  secrets: string[],
  { id, attempts, event }: DueDelivery,
  signal: AbortSignal,
): Promise<boolean> {
  if (!event) {
    await outbox.record(webhook, id, { result: 'dead', error: 'the event is kept no more' })
    return true
  }
  const sent = await send({ url: webhook.url, secrets }, `msg_${id}`, toCloudEvent(event), signal)
  // Cut off by our own end: the next server tries it again, and it counts as no attempt.
  if (signal.aborted && !sent.accepted) return false
  await outbox.record(webhook, id, outcomeOf(sent, attempts + 1))
  if (sent.accepted) return true
  log.info(
    { webhook: webhook.id, delivery: id, status: sent.status, attempt: attempts + 1 },
    'a webhook did not take an event',
  )
  const reason = reasonToDisable(sent, webhook.failingSince)
  if (reason === undefined) return true
  await outbox.disable(webhook, reason)
  log.warn({ webhook: webhook.id, reason }, 'a webhook was turned off')
  return false
}

function outcomeOf(sent: Sent, attempts: number): DeliveryOutcome {
  const said = { ...(sent.status !== undefined && { status: sent.status }), ...(sent.error && { error: sent.error }) }
  if (sent.accepted) return { ...said, result: 'delivered' }
  const inMs = retryMs(attempts, Math.random(), sent.askedMs)
  return inMs === undefined ? { ...said, result: 'dead' } : { ...said, result: 'retry', inMs }
}

function reasonToDisable({ status }: Sent, failingSince: Date | null): string | undefined {
  if (status === 410) return 'it answered 410 Gone'
  if (failingSince && Date.now() - failingSince.getTime() > disableAfterMs) return 'it took no event for three days'
  return undefined
}
