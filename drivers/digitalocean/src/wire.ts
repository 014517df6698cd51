import { Agent, request } from 'undici'

/**
 * A request as it leaves. It stands in for fetch's Request, which with its streams and signals costs as much as the
 * rest of a call.
 */
export class Outgoing {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body: string | undefined

  constructor(url: string, { method, headers, body }: { method: string; headers: Headers; body?: string | undefined }) {
    this.url = url
    this.method = method
    this.headers = headers
    this.body = body
  }
}

/** An answer with its whole body. */
export interface Incoming {
  status: number
  headers: Headers
  body: string
}

/** Sends one request, once, and follows no redirection. When the signal fires it rejects with its reason. */
export type Send = (outgoing: Outgoing, signal: AbortSignal) => Promise<Incoming>

/** Connections are kept for a while and shared by all accounts: a request carries its own token. */
const agent = new Agent({ keepAliveTimeout: 10_000 })

export const overHttp: Send = async ({ url, method, headers, body }, signal) => {
  const answer = await request(url, { dispatcher: agent, method, headers, body: body ?? null, signal })
  const seen = new Headers()
  for (const [name, value] of Object.entries(answer.headers)) if (value !== undefined) seen.set(name, String(value))
  return { status: answer.statusCode, headers: seen, body: await answer.body.text() }
}
