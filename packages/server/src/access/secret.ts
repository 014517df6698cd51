import { hash, randomBytes, randomInt } from 'node:crypto'

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'
const form = /^atlas_[a-z0-9]{8}_[A-Za-z0-9_-]{43}$/

/**
 * `atlas_<8 letters and digits>_<secret>`: scanners for leaked secrets find it by its form, people by its prefix. The
 * secret is 32 random bytes.
 */
export function newSecret(): { secret: string; prefix: string; digest: Buffer } {
  const readable = Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('')
  const prefix = `atlas_${readable}`
  const secret = `${prefix}_${randomBytes(32).toString('base64url')}`
  return { secret, prefix, digest: Buffer.from(digestOf(secret), 'hex') }
}

export const hasTokenForm = (bearer: string): boolean => form.test(bearer)

/**
 * What is kept of a token: SHA-256, in hex. Slow hashes with salt are made against guessing; nobody guesses 256 random
 * bits, so they would only cost every request its time.
 */
export const digestOf = (secret: string): string => hash('sha256', secret, 'hex')
