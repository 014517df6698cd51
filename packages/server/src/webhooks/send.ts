import { AtlasError, type CloudEvent } from '@atlas/core'
import { Agent, type Dispatcher, errors, request } from 'undici'
import { signatureHeaders } from './signature.ts'
import { checkedLookup, checkUrl, type TargetPolicy } from './target.ts'

/** From the first byte sent to the last byte of the answer that is read. */
const patienceMs = 10_000
/** Of an answer; what comes after is not read, and nothing of it is kept. */
const answerBytes = 16 * 1024

export interface Sent {
  /** It answered 2xx. */
  accepted: boolean
  status?: number
  error?: string
  /** Retry-After. */
  askedMs?: number
}

/** Sends one event to one endpoint: signed, to a checked address, without following redirects. Never throws. */
export type Send = (
  to: { url: string; secrets: readonly string[] },
  id: string,
  event: CloudEvent,
  signal: AbortSignal,
) => Promise<Sent>

export function webhookSender(policy: TargetPolicy, agentName: string): { send: Send; close(): Promise<void> } {
  const dispatcher = new Agent({
    connect: { lookup: checkedLookup(policy), timeout: 5000 },
    headersTimeout: patienceMs,
    bodyTimeout: patienceMs,
    pipelining: 1,
    connections: 4,
  })
  return {
    async send({ url, secrets }, id, event, signal) {
      const body = JSON.stringify(event)
      const headers = {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'user-agent': agentName,
        ...signatureHeaders(secrets, id, Math.floor(Date.now() / 1000), body),
      }
      const limit = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
      try {
        // An address in the URL itself is never looked up, so it is checked here.
        const target = checkUrl(url, policy)
        return await answerOf(
          await request(target, { method: 'POST', headers, body, dispatcher, signal: limit }),
          limit,
        )
      } catch (error) {
        return { accepted: false, error: signal.aborted ? 'the server was ending' : wordsOf(error) }
      }
    },
    close: () => dispatcher.destroy(),
  }
}

async function answerOf(answer: Dispatcher.ResponseData, signal: AbortSignal): Promise<Sent> {
  const { statusCode: status, headers, body } = answer
  // What it says beside the status does not matter: at most a little is read, to use the connection again.
  await body.dump({ limit: answerBytes, signal }).catch(() => {})
  if (status >= 200 && status < 300) return { accepted: true, status }
  const asked = Number(headers['retry-after'] ?? Number.NaN)
  return {
    accepted: false,
    status,
    error: status >= 300 && status < 400 ? `HTTP ${status}: redirects are not followed` : `HTTP ${status}`,
    ...(asked > 0 && { askedMs: asked * 1000 }),
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof AtlasError) return error.message
  const { name, code, message } = error as Error & { code?: string }
  if (
    name === 'TimeoutError' ||
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError
  )
    return `no answer within ${patienceMs / 1000} s`
  return code ? `${code}: ${message}` : message
}
