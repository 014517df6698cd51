import { z } from 'zod'
import type { CredentialSource, Fields } from '../credential.ts'
import type { Belonging } from '../seal.ts'
import type { Vault } from '../vault.ts'

/** Rows of sealed credentials, wherever they are. */
export interface SealedRows {
  read(workspace: string, provider: string): Promise<{ sealed: string } | undefined>
}

const belonging = (workspace: string, provider: string) => ['credential', workspace, provider] as const

export const sealCredential = <Sealed>(
  vault: { seal(plain: string, belonging: Belonging): Sealed },
  workspace: string,
  provider: string,
  fields: Fields,
): Sealed => vault.seal(JSON.stringify(fields), belonging(workspace, provider))

/** The database. It is asked every time, so a change counts at once, on all nodes. */
export function sealedSource(rows: SealedRows, vault: Vault): CredentialSource {
  return {
    name: 'sealed',
    async read(workspace, provider) {
      const row = await rows.read(workspace, provider)
      if (!row) return undefined
      const plain = vault.open(row.sealed, belonging(workspace, provider))
      return { fields: z.record(z.string(), z.string()).parse(JSON.parse(plain)) }
    },
  }
}
