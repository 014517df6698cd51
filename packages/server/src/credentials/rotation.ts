import type { Store } from '@atlas/store'
import type { Keys, Vault } from '@atlas/vault'
import type { KeyPlace } from './keys.ts'

export interface RotationParts {
  store: Pick<Store, 'sealedKeys'>
  vault: Vault
  place: KeyPlace
  /** Told of a new key before it is used, so that the log can be kept clear of it. */
  learn(keys: Keys): void
}

export interface Rotation {
  /** Id of the key that seals from now on. */
  keyId: string
  /** How many secrets were sealed anew. */
  resealed: number
  /** Ids of the keys that nothing is sealed with any more. */
  retired: string[]
  /** Of these, those that a person has to take out of ATLAS_VAULT_KEY. */
  leftInEnvironment: string[]
}

/**
 * A new key seals from now on, and everything is sealed anew with it. The order makes it safe to break off anywhere: the
 * new key is kept before it is used, and an old one is dropped after the database says that nothing needs it. What was
 * broken off is finished by `finishRotation`, at the next start or rotation.
 * @param at told of each stage that has been reached
 */
export async function rotateKey(parts: RotationParts, at: (stage: Stage) => void = () => {}): Promise<Rotation> {
  const { store, vault, place } = parts
  const keys = place.add(await store.sealedKeys.primary())
  parts.learn(keys)
  vault.rekey(keys)
  at('key kept')
  await store.sealedKeys.promote(keys[0].id)
  at('key promoted')
  return finishRotation(parts, at)
}

export type Stage = 'key kept' | 'key promoted' | 'resealed' | 'old keys retired'

/** Seals anew what is under another key than the primary, and drops the keys that are not needed then. */
export async function finishRotation(
  { store: { sealedKeys }, vault, place }: Omit<RotationParts, 'learn'>,
  at: (stage: Stage) => void = () => {},
): Promise<Rotation> {
  const resealed = await sealedKeys.reseal((sealed, belonging) => vault.seal(vault.open(sealed, belonging), belonging))
  at('resealed')
  const retired = await sealedKeys.retire()
  at('old keys retired')
  const leftInEnvironment = place.keep(await sealedKeys.known())
  vault.rekey(place.keys())
  const primary = await sealedKeys.primary()
  if (primary !== undefined) vault.prefer(primary)
  return { keyId: vault.keyIds()[0]!, resealed, retired, leftInEnvironment }
}
