import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { AtlasError } from '@atlas/core/errors'
import type { VaultKey } from './key.ts'

/**
 * What a sealed text belongs to, for example `['credential', workspace, provider]`. It is bound into the seal, so a row
 * that somebody moves to another workspace, or copies over another one, does not open.
 */
export type Belonging = readonly [what: string, ...which: string[]]

const version = 'av1'
const algorithm = 'aes-256-gcm'
/** 96 bits, what GCM is made for (NIST SP 800-38D, 8.2.2): good for 2^32 seals under one key. */
const nonceBytes = 12
const tagBytes = 16

/** An envelope in five parts: `av1.<key id>.<nonce>.<tag>.<ciphertext>`, the last three in base64url. */
export function sealWith(key: VaultKey, plain: string, belonging: Belonging): string {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, key.bytes, nonce, { authTagLength: tagBytes })
  cipher.setAAD(boundTo(key.id, belonging))
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  return [version, key.id, ...[nonce, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url'))].join('.')
}

/**
 * @param keyOf finds the key that an envelope names
 * @throws AtlasError `vault_sealed` when the key is not there, or the envelope was changed, moved or is none. It says which
 * of these it was, and nothing of what is inside.
 */
export function openWith(keyOf: (id: string) => VaultKey | undefined, envelope: string, belonging: Belonging): string {
  const { keyId, nonce, tag, sealed } = partsOf(envelope, belonging)
  const key = keyOf(keyId)
  if (!key) throw missingKey(keyId, belonging)
  try {
    const decipher = createDecipheriv(algorithm, key.bytes, nonce, { authTagLength: tagBytes })
    decipher.setAAD(boundTo(keyId, belonging))
    decipher.setAuthTag(tag)
    return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8')
  } catch {
    throw new AtlasError('vault_sealed', `${named(belonging)} does not open: it was changed, or belongs elsewhere.`, {
      hint: 'set it again, and find out who can write to the database',
    })
  }
}

/** The id of the key that an envelope was sealed with. */
export const keyIdOf = (envelope: string): string => partsOf(envelope, ['a sealed text']).keyId

function partsOf(envelope: string, belonging: Belonging) {
  const [head, keyId = '', ...rest] = envelope.split('.')
  const [nonce, tag, sealed] = rest.map((part) => Buffer.from(part, 'base64url'))
  if (head !== version || rest.length !== 3 || nonce?.length !== nonceBytes || tag?.length !== tagBytes || !sealed)
    throw new AtlasError('vault_sealed', `${named(belonging)} is not an envelope of this version of Atlas.`, {
      hint: 'set it again',
    })
  return { keyId, nonce, tag, sealed }
}

/** JSON keeps the parts apart, whatever is in them: ["a","b/c"] is not ["a/b","c"]. */
const boundTo = (keyId: string, belonging: Belonging) => Buffer.from(JSON.stringify([version, keyId, ...belonging]))

const named = (belonging: Belonging) => belonging.join(' ')

const missingKey = (keyId: string, belonging: Belonging) =>
  new AtlasError(
    'vault_sealed',
    `${named(belonging)} is sealed with the key ${keyId}, which this server does not have.`,
    {
      hint: 'give the server that key: in ATLAS_VAULT_KEY (several with commas), or in vault.key of the data folder',
    },
  )
