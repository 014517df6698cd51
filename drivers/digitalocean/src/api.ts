import { AtlasError } from '@atlas/core'
import createClient, { type Client } from 'openapi-fetch'
import type { components, paths } from './generated/api.ts'
import { type CallContext, type TransportOptions, transport } from './transport.ts'
import type { Incoming } from './wire.ts'

export interface ApiOptions extends TransportOptions {
  /** Kept in memory only: it is in no message and no event. */
  token: string
  /** Such as a sandbox's. Default: the real one. */
  baseUrl?: string
}

/** DigitalOcean's API, typed by its official document, for the duration of one call of the engine. */
export type Api = (context?: CallContext) => Client<paths>

/** The cloud's records as it answers them. */
export type Schema = components['schemas']

export function digitalOceanApi({ token, baseUrl = 'https://api.digitalocean.com', ...options }: ApiOptions): Api {
  const send = transport(options)
  const plain = { authorization: `Bearer ${token}`, 'user-agent': 'atlas' }
  const withBody = { ...plain, 'content-type': 'application/json' }
  return (context = {}) => {
    const call = send(context)
    return createClient<paths>({
      baseUrl,
      bodySerializer: JSON.stringify,
      // Both stand in for fetch's own, of which the client uses no more than they have.
      Request: Draft as unknown as typeof Request,
      fetch: async (request) => {
        const { url, method, body } = request as unknown as Draft
        const answer = await call({ url, method, body, headers: body === undefined ? plain : withBody })
        return asResponse(answer) as unknown as Response
      },
    })
  }
}

/** What the client makes of a call. It stands in for fetch's Request, which with its streams and signals costs as much as the rest. */
class Draft {
  readonly url: string
  readonly method: string
  readonly body: string | undefined

  constructor(url: string, { method, body }: { method: string; body?: string | undefined }) {
    this.url = url
    this.method = method
    this.body = body
  }
}

const asResponse = ({ status, headers, body }: Incoming) => ({
  ok: true,
  status,
  headers,
  text: async () => body,
  json: async () => JSON.parse(body),
})

/**
 * The body of a success; failures have been thrown by the transport.
 * @throws AtlasError cloud_unavailable where the body is not what the document says
 */
export async function bodyOf<T>(call: Promise<{ data?: T; response: Response }>): Promise<T> {
  const { data, response } = await call
  if (data !== undefined) return data
  throw new AtlasError('cloud_unavailable', `DigitalOcean answered ${response.status} without a body.`)
}

/** Narrows what the document leaves optional and the cloud always sends. */
export function sent<T>(value: T | null | undefined, what: string): T {
  if (value !== undefined && value !== null) return value
  throw new AtlasError('cloud_unavailable', `DigitalOcean answered without ${what}.`)
}
