import type { Store } from '@atlas/store'
import type { Belonging, Vault } from '@atlas/vault'

/** Seals for the database, with the key that every server of it uses. */
export interface Sealer {
  /** @param belonging as `sealed-columns.ts` of the store says it for the column */
  seal(plain: string, belonging: Belonging): Promise<string>
  /** @throws AtlasError `vault_sealed` */
  open(envelope: string, belonging: Belonging): string
}

/** Another server may have rotated the key since, so it is asked which one counts. */
export const sealer = (vault: Vault, { sealedKeys }: Pick<Store, 'sealedKeys'>): Sealer => ({
  async seal(plain, belonging) {
    vault.prefer(await sealedKeys.begin(vault.keyIds()[0]!))
    return vault.seal(plain, belonging)
  },
  open: (envelope, belonging) => vault.open(envelope, belonging),
})
