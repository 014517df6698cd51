import { createHmac, randomBytes } from 'node:crypto'

const prefix = 'whsec_'

/** 32 random bytes as the Standard Webhooks write them (https://www.standardwebhooks.com). */
export const newSecret = (): string => `${prefix}${randomBytes(32).toString('base64')}`

/**
 * The three headers of the Standard Webhooks, with a signature by each secret: whoever has one of them can verify.
 * @param timestamp seconds since 1970
 */
export function signatureHeaders(
  secrets: readonly string[],
  id: string,
  timestamp: number,
  body: string,
): Record<string, string> {
  const signatures = secrets.map((secret) => `v1,${sign(secret, `${id}.${timestamp}.${body}`)}`)
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures.join(' ') }
}

const sign = (secret: string, text: string) =>
  createHmac('sha256', Buffer.from(secret.slice(prefix.length), 'base64'))
    .update(text)
    .digest('base64')
