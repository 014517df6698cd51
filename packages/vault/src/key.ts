import { createHash, randomBytes } from 'node:crypto'

/** A key of the vault. It stands outside the database, and is never logged. */
export interface VaultKey {
  /** Tells keys apart; stands in the clear in every envelope. */
  id: string
  /** 32 bytes, for AES-256. */
  bytes: Buffer
}

const keyBytes = 32

/** The id is a digest, so one key has one id wherever it is read. 256 random bits cannot be guessed from 64 of a digest. */
export function vaultKey(bytes: Buffer): VaultKey {
  const id = createHash('sha256').update('id of a vault key\0').update(bytes).digest('hex').slice(0, 16)
  return { id, bytes }
}

export const newKey = (): VaultKey => vaultKey(randomBytes(keyBytes))

export const keyText = ({ bytes }: VaultKey): string => bytes.toString('base64')

/**
 * Keys as a person gives them: base64 of 32 bytes each, between commas or white space.
 * @returns `undefined` when one of them is no key, or there is none: the message is the caller's, who knows where it stood
 */
export function parseKeys(text: string): VaultKey[] | undefined {
  const words = text.split(/[\s,]+/).filter(Boolean)
  const keys = words.map((word) => vaultKey(Buffer.from(word, 'base64')))
  // Node skips what is not base64, so what was read is written again and compared.
  const whole = keys.every((key, n) => key.bytes.length === keyBytes && plain(keyText(key)) === plain(words[n]!))
  return whole && keys.length > 0 ? keys : undefined
}

const plain = (base64: string) => base64.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/')
