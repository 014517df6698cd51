import type { Belonging } from '../seal.ts'
import type { Vault } from '../vault.ts'
import type { SecretSource } from './source.ts'

/** Rows of sealed secrets, wherever they are. */
export interface SealedSecretRows {
  read(workspace: string, names: readonly string[]): Promise<{ name: string; sealed: string; version: number }[]>
}

/** What a sealed secret is bound to: a row that is moved elsewhere does not open. */
export const secretBelonging = (workspace: string, name: string): Belonging => ['secret', workspace, name]

/** Atlas itself, in its database. It is asked every time, so a change counts at once, on all servers. */
export const sealedSecrets = (rows: SealedSecretRows, vault: Pick<Vault, 'open'>): SecretSource => ({
  name: 'sealed',
  async read({ workspace }, names) {
    const found = await rows.read(workspace, names)
    return new Map(
      found.map(({ name, sealed, version }) => {
        const value = vault.open(sealed, secretBelonging(workspace, name))
        return [name, { value, version: String(version) }]
      }),
    )
  },
})
