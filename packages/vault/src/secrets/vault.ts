import { type HashicorpVaultOptions, vaultReader } from '../sources/hashicorp-vault.ts'
import { pick, type SecretSource } from './source.ts'

/** HashiCorp Vault or OpenBao: one path for each environment of a project, with the names as its keys. */
export function vaultSecrets(options: HashicorpVaultOptions): SecretSource {
  const read = vaultReader(options)
  return {
    name: 'vault',
    async read({ workspace, project, environment }, names) {
      const secret = await read({ workspace, project, environment })
      return secret ? pick(secret.fields, names, String(secret.version)) : new Map()
    },
  }
}
