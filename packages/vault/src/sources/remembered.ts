import { isAtlasError } from '@atlas/core/errors'
import type { CredentialSource, Secret } from '../credential.ts'

export interface Memory {
  /** So long the source is not asked again. Milliseconds. */
  freshMs: number
  /** So long after the last answer it serves when the source cannot be asked. Milliseconds. */
  staleMs: number
  /** How long the source is left alone after it could not be asked. Milliseconds. */
  pauseMs: number
  now?: () => number
}

interface Kept {
  secret: Secret | undefined
  askedAt: number
}

/**
 * Spares a source outside: its answers serve for a while, and when it is down, longer. What has a time of its own is not
 * used beyond it. One question at a time for each credential.
 */
export function remembered(
  source: CredentialSource,
  { freshMs, staleMs, pauseMs, now = Date.now }: Memory,
): CredentialSource {
  const kept = new Map<string, Kept>()
  const asking = new Map<string, Promise<Secret | undefined>>()
  const failed = new Map<string, { error: unknown; until: number }>()

  async function askFor(key: string, workspace: string, provider: string): Promise<Secret | undefined> {
    try {
      const secret = await source.read(workspace, provider)
      kept.set(key, { secret, askedAt: now() })
      failed.delete(key)
      return secret
    } catch (error) {
      if (isAtlasError(error, 'credential_unavailable')) failed.set(key, { error, until: now() + pauseMs })
      else kept.delete(key)
      return instead(key, error)
    }
  }

  /** What was read last, while it may still be used. @throws the reason why there is nothing better */
  function instead(key: string, error: unknown): Secret | undefined {
    const last = kept.get(key)
    if (last && usable(last, staleMs)) return last.secret
    kept.delete(key)
    throw error
  }

  const usable = ({ secret, askedAt }: Kept, ms: number) =>
    now() < Math.min(askedAt + ms, secret?.expiresAt ?? Number.POSITIVE_INFINITY)

  return {
    name: source.name,
    async read(workspace, provider) {
      const key = JSON.stringify([workspace, provider])
      const last = kept.get(key)
      if (last && usable(last, freshMs)) return last.secret
      const trouble = failed.get(key)
      if (trouble && now() < trouble.until) return instead(key, trouble.error)
      const question = asking.get(key) ?? askFor(key, workspace, provider).finally(() => asking.delete(key))
      asking.set(key, question)
      return question
    },
  }
}
