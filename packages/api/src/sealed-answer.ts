import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { canonical, type Json } from '@atlas/core'

/** An answer as it went out, for repetitions of its request. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body?: string
}

/**
 * Answers show what descriptions hold, user data among it. So what is kept opens only with the bearer token and the key
 * that the request came with, neither of which the database has.
 */
export function sealAnswer(answer: Answer, bearer: string, key: string): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(bearer, key), nonce)
  const sealed = Buffer.concat([cipher.update(JSON.stringify(answer)), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
}

export function openAnswer(sealed: Buffer, bearer: string, key: string): Answer {
  const decipher = createDecipheriv('aes-256-gcm', keyOf(bearer, key), sealed.subarray(0, 12))
  decipher.setAuthTag(sealed.subarray(12, 28))
  const text = Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()])
  return JSON.parse(text.toString()) as Answer
}

const keyOf = (bearer: string, key: string) => Buffer.from(hkdfSync('sha256', bearer, key, 'kept answer', 32))

/** Keyed, because a body may be a password that could be guessed from a plain digest. */
export const fingerprintOf = (request: { method: string; url: string; body: unknown }, bearer: string): string =>
  createHmac('sha256', bearer)
    .update(`${request.method} ${request.url}\n${canonical((request.body ?? null) as Json)}`)
    .digest('base64url')
