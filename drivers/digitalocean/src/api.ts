import { AtlasError } from '@atlas/core'
import createClient, { type Client } from 'openapi-fetch'
import type { components, paths } from './generated/api.ts'
import { type CallContext, type TransportOptions, transport } from './transport.ts'
import { type Incoming, Outgoing } from './wire.ts'

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
  const headers = { authorization: `Bearer ${token}`, 'user-agent': 'atlas' }
  return (context = {}) => {
    const call = send(context)
    return createClient<paths>({
      baseUrl,
      headers,
      // Both stand in for fetch's own, of which the client uses no more than they have.
      Request: Outgoing as unknown as typeof Request,
      fetch: async (request) => asResponse(await call(request as unknown as Outgoing)) as unknown as Response,
    })
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
