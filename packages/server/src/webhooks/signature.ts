import { createHmac, randomBytes } from 'node:crypto'

const prefix = 'whsec_'

/** 32 random bytes as the Standard Webhooks write them (https://www.standardwebhooks.com). */
export const newSecret = (): string => `${prefix}${randomBytes(32).toString('base64')}`

/** The three headers of the Standard Webhooks. @param timestamp seconds since 1970 */
export function signatureHeaders(secret: string, id: string, timestamp: number, body: string): Record<string, string> {
  const key = Buffer.from(secret.slice(prefix.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` }
}
