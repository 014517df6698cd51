import type { Store } from '@atlas/store'
import {
  type CredentialSource,
  contextManagerSource,
  environmentSource,
  hashicorpVaultSource,
  type Memory,
  remembered,
  sealedSource,
  type Vault,
} from '@atlas/vault'
import type { Environment } from '../settings/environment.ts'
import { defaultContextManager, type SourceName, sourceNames, wayIn } from './variables.ts'

export interface SourceParts {
  store: Pick<Store, 'credentials'>
  vault: Vault
  environment: Environment
}

/** What a source outside said is good for a minute, and for a quarter of an hour while it is down. */
const memory: Memory = { freshMs: 60_000, staleMs: 15 * 60_000, pauseMs: 5_000 }

/** Where credentials are looked for, first to last: of what is configured, or what was named. */
export function credentialSources(parts: SourceParts): CredentialSource[] {
  const { environment } = parts
  const named = environment.ATLAS_CREDENTIAL_SOURCES
  return (named ?? sourceNames.filter((name) => configured(name, environment))).map((name) => source(name, parts))
}

function configured(name: SourceName, environment: Environment): boolean {
  if (name === 'context-manager') return environment.CONTEXT_MANAGER_URL !== undefined
  if (name === 'vault') return wayIn(environment) !== undefined
  return true
}

function source(name: SourceName, { store, vault, environment }: SourceParts): CredentialSource {
  switch (name) {
    case 'sealed':
      return sealedSource(store.credentials, vault)
    case 'context-manager': {
      const { CONTEXT_MANAGER_URL: url = defaultContextManager, CONTEXT_MANAGER_TOKEN: token } = environment
      return remembered(contextManagerSource({ url, token }), memory)
    }
    case 'vault': {
      const { VAULT_NAMESPACE: namespace, VAULT_KV_MOUNT: mount, VAULT_KV_PATH: path } = environment
      // That there is a way in was seen when the environment was read.
      return remembered(hashicorpVaultSource({ ...wayIn(environment)!, namespace, mount, path }), memory)
    }
    case 'environment': {
      const token = environment.credential?.token
      return environmentSource(
        { digitalocean: token === undefined ? undefined : { token } },
        environment.ATLAS_ENVIRONMENT_CREDENTIALS_FOR,
      )
    }
  }
}
