import { AtlasError } from '@atlas/core/errors'
import type { VaultKey } from './key.ts'
import { type Belonging, openWith, sealWith } from './seal.ts'

/** Seals what must not stand in the clear, and opens it again. */
export interface Vault {
  /** With the primary key. The answer may go into the database. */
  seal(plain: string, belonging: Belonging): string
  /** @throws AtlasError `vault_sealed` */
  open(envelope: string, belonging: Belonging): string
  /** Of the keys at hand: first the primary. */
  keyIds(): string[]
  /** Which of its keys seals from now on. @throws AtlasError `vault_sealed` when it is not at hand */
  prefer(keyId: string): void
  /** From now on it has exactly these keys; the first is the primary. */
  rekey(keys: readonly [VaultKey, ...VaultKey[]]): void
}

/** @param keys the first is the primary */
export function openVault(keys: readonly [VaultKey, ...VaultKey[]]): Vault {
  let ring: readonly [VaultKey, ...VaultKey[]] = keys
  const keyOf = (id: string) => ring.find((key) => key.id === id)
  return {
    seal: (plain, belonging) => sealWith(ring[0], plain, belonging),
    open: (envelope, belonging) => openWith(keyOf, envelope, belonging),
    keyIds: () => ring.map(({ id }) => id),
    prefer(keyId) {
      const chosen = keyOf(keyId)
      if (!chosen)
        throw new AtlasError('vault_sealed', `The secrets are sealed with the key ${keyId}, which this server lacks.`, {
          hint: 'give the server that key: in ATLAS_VAULT_KEY (several with commas), or in vault.key of the data folder',
        })
      ring = [chosen, ...ring.filter(({ id }) => id !== keyId)]
    },
    rekey: (next) => {
      ring = next
    },
  }
}
