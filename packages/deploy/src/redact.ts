import { AtlasError, isAtlasError } from '@atlas/core'

/** Shorter lines of a secret of several lines say little, and would black out half of a text. */
const tellingLine = 8

/** A text that a program printed, with every secret taken out: as it is, line by line, in JSON, in URLs and in base64. */
export function redacted(text: string, secrets: readonly string[]): string {
  const forms = secrets.filter((secret) => secret !== '').flatMap(formsOf)
  const longestFirst = [...new Set(forms)].sort((one, other) => other.length - one.length)
  return longestFirst.reduce((left, form) => left.replaceAll(form, '[secret]'), text)
}

const formsOf = (secret: string): string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64'),
  ...secret.split('\n').filter((line) => line !== secret && line.trim().length >= tellingLine),
]

/**
 * What machines say of an end that was not reached is told without the secrets in it; where nobody can say which they are,
 * it is not told.
 */
export async function withoutSecrets<T>(
  secretsOf: () => readonly string[] | Promise<readonly string[]>,
  what: () => Promise<T>,
): Promise<T> {
  try {
    return await what()
  } catch (error) {
    if (!isAtlasError(error)) throw error
    const { code, hint, problems, message } = error
    const secrets = await (async () => secretsOf())().catch(() => undefined)
    const clean = secrets ? redacted(message, secrets) : hidden
    if (clean === message) throw error
    throw new AtlasError(code, clean, { problems, ...(hint !== undefined && { hint }) })
  }
}

const hidden = 'It failed. What was said of it is not shown: the secrets, which must not be in it, cannot be looked up.'
