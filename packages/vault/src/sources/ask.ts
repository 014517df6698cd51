import { AtlasError } from '@atlas/core/errors'

/** What a place outside answered: its status, and its body where that is JSON. */
export interface Answer {
  status: number
  body: unknown
}

export interface Asking {
  /** For messages: which place it is. */
  place: string
  method?: 'GET' | 'POST'
  headers: Readonly<Record<string, string>>
  body?: unknown
  timeoutMs?: number
  /** What is the matter where it answers that status, and what to type. */
  known?: Readonly<Record<number, { means: string; hint: string }>>
}

/** A credential is waited for by a person or by an operation that holds a slot. */
const patienceMs = 5_000

/**
 * Asks once, and follows no redirect: what is sent is secret. Nothing of an answer gets into an error, because it may hold
 * the secret.
 * @throws AtlasError `credential_unavailable` without an answer, and for a 429 or 5xx
 */
export async function ask(
  url: string,
  { place, method = 'GET', headers, body, timeoutMs, known }: Asking,
): Promise<Answer> {
  const { origin } = new URL(url)
  let answer: Response
  let text: string
  try {
    answer = await fetch(url, {
      method,
      redirect: 'error',
      headers: {
        accept: 'application/json',
        ...headers,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs ?? patienceMs),
    })
    text = await answer.text()
  } catch (error) {
    throw unavailable(place, `did not answer at ${origin}: ${reasonOf(error)}`)
  }
  const { status } = answer
  const { means, hint } = known?.[status] ?? {}
  if (status === 429 || status >= 500)
    throw unavailable(place, `answered ${status} at ${origin}${means === undefined ? '' : `: ${means}`}`, hint)
  return { status, body: parsed(text) }
}

const unavailable = (place: string, what: string, hint = `see that ${place} runs and can be reached from the server`) =>
  new AtlasError('credential_unavailable', `${place} ${what}.`, { hint })

/** @throws AtlasError `config_invalid` */
export function refused(place: string, status: number, hint: string): never {
  throw new AtlasError('config_invalid', `${place} refuses this server: it answered ${status}.`, { hint })
}

/** @throws AtlasError `config_invalid` */
export function misunderstood(place: string, expected: string): never {
  throw new AtlasError('config_invalid', `${place} answered with something else than ${expected}.`, {
    hint: 'docs/credentials.md says what is asked and what is expected',
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function reasonOf(error: unknown): string {
  const { name, cause } = error as Error
  if (name === 'TimeoutError') return 'no answer in time'
  return (cause as { code?: string } | undefined)?.code ?? (cause as Error | undefined)?.message ?? name
}
