import { join } from 'node:path'
import { AtlasError, isAtlasError } from '@atlas/core'
import type { SealedKeys } from '@atlas/store'
import { type Keys, keyText, newKey, openVault, parseKeys, readKeyFile, type Vault, writeKeyFile } from '@atlas/vault'
import type { Environment } from '../settings/environment.ts'

/** Where the keys of the vault are: in the environment, or in a file that Atlas made. */
export interface KeyPlace {
  keys(): Keys
  /** Makes room for a new primary key, which is safe there before anything is sealed with it. @throws AtlasError `config_invalid` */
  add(primary: string | undefined): Keys
  /** Nothing is sealed any more with keys other than these. @returns those that are left for a person to take away */
  keep(ids: readonly string[]): string[]
}

export const keyFile = (dataDir: string) => join(dataDir, 'vault.key')

/** @throws AtlasError `config_invalid` where the file could be read by others, or holds no key */
export function keyPlace(dataDir: string, { ATLAS_VAULT_KEY: given }: Pick<Environment, 'ATLAS_VAULT_KEY'>): KeyPlace {
  return given === undefined ? fileOf(keyFile(dataDir)) : environmentOf(parseKeys(given) as unknown as Keys)
}

function fileOf(file: string): KeyPlace {
  return {
    keys: () => readKeyFile(file),
    add() {
      const keys = [newKey(), ...readKeyFile(file)] as const
      writeKeyFile(file, keys)
      return keys
    },
    keep(ids) {
      const all = readKeyFile(file)
      const [first, ...rest] = all.filter(({ id }) => ids.includes(id))
      if (first && rest.length + 1 < all.length) writeKeyFile(file, [first, ...rest])
      return []
    },
  }
}

function environmentOf(keys: Keys): KeyPlace {
  return {
    keys: () => keys,
    add(primary) {
      if (keys[0].id !== primary) return keys
      throw new AtlasError('config_invalid', `The first key of ATLAS_VAULT_KEY is ${primary}, which seals already.`, {
        hint: 'put a new one in front of it (openssl rand -base64 32), keep the old one after a comma, start every server again, then rotate',
      })
    },
    // Before anything is sealed, every key is one that may come to be used.
    keep: (ids) => (ids.length === 0 ? [] : keys.map(({ id }) => id).filter((id) => !ids.includes(id))),
  }
}

/** The key texts, for the log to be kept clear of. */
export const keyTexts = (keys: Keys): string[] => keys.map(keyText)

/**
 * The vault with the keys of this server, sealing with the one that all servers of this database use.
 * @throws AtlasError `config_invalid` when that one is not among them
 */
export async function vaultOf(place: KeyPlace, sealedKeys: Pick<SealedKeys, 'primary'>): Promise<Vault> {
  const vault = openVault(place.keys())
  const primary = await sealedKeys.primary()
  if (primary === undefined) return vault
  try {
    vault.prefer(primary)
  } catch (error) {
    if (!isAtlasError(error, 'vault_sealed')) throw error
    throw new AtlasError(
      'config_invalid',
      `What is secret in this database is sealed with the key ${primary}; this server has ${vault.keyIds().join(', ')}.`,
      { hint: `${error.hint}. If it is lost: docs/credentials.md`, cause: error },
    )
  }
  return vault
}
