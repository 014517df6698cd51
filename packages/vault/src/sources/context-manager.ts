import { z } from 'zod'
import type { CredentialSource } from '../credential.ts'
import { ask, misunderstood, refused } from './ask.ts'

export interface ContextManagerOptions {
  /** Its address, such as `http://localhost:3002`. */
  url: string
  /** What it knows this server by; without one, nothing is sent. */
  token?: string | undefined
  timeoutMs?: number
}

const place = 'CV Context Manager'

const found = z.object({
  credential: z.record(z.string(), z.string().min(1)).refine((fields) => Object.keys(fields).length > 0),
  /** Seconds. */
  expires_in: z.number().positive().optional(),
})

/** CV Context Manager publishes no API for this; the one asked for is written down in docs/credentials.md. */
export function contextManagerSource(options: ContextManagerOptions): CredentialSource {
  return {
    name: 'context-manager',
    async read(workspace, provider) {
      const body = await askContextManager(options, ['workspaces', workspace, 'credentials', provider])
      if (body === undefined) return undefined
      const answer = found.safeParse(body)
      if (!answer.success) misunderstood(place, '{"credential": {"token": "…"}}')
      const { credential, expires_in } = answer.data
      return { fields: credential, ...(expires_in !== undefined && { expiresAt: Date.now() + expires_in * 1000 }) }
    },
  }
}

/**
 * What it answers at a path below `/api/v1`; `undefined` where it has nothing there.
 * @throws AtlasError `credential_unavailable`, `config_invalid`
 */
export async function askContextManager(
  { url, token, timeoutMs }: ContextManagerOptions,
  path: readonly string[],
): Promise<unknown> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const at = `${url.replace(/\/+$/, '')}/api/v1/${path.map(encodeURIComponent).join('/')}`
  const { status, body } = await ask(at, { place, headers, ...(timeoutMs !== undefined && { timeoutMs }) })
  if (status === 404) return undefined
  if (status !== 200) refused(place, status, `set CONTEXT_MANAGER_TOKEN to a token that may read ${path[2]}`)
  return body ?? null
}
