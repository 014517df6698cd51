import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { goProgram } from '../go.ts'

const built = {
  name: 'terraform-provider-digitalocean',
  package: 'github.com/digitalocean/terraform-provider-digitalocean',
  folder: join(import.meta.dirname, 'build'),
}

/**
 * The provider's binary: one that ATLAS_PEERS_TERRAFORM_PROVIDER names, as a newer release from the provider's page, or
 * else the last one that the Go module proxy has under a version of its own.
 */
export async function provider(print: (line: string) => void): Promise<string | { unavailable: string }> {
  const given = process.env.ATLAS_PEERS_TERRAFORM_PROVIDER
  if (!given) return goProgram(built, print)
  return existsSync(given) ? given : { unavailable: `ATLAS_PEERS_TERRAFORM_PROVIDER=${given}: no such file` }
}
