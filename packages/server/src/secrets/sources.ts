import type { Store } from '@atlas/store'
import {
  contextManagerSecrets,
  environmentSecrets,
  fileSecrets,
  type SecretSource,
  sealedSecrets,
  type Vault,
  vaultSecrets,
} from '@atlas/vault'
import { defaultContextManager, wayIn } from '../credentials/variables.ts'
import { type Environment, variables } from '../settings/environment.ts'
import { type SecretSourceName, secretSourceNames } from './variables.ts'

export interface SecretSourceParts {
  store: Pick<Store, 'secrets'>
  vault: Pick<Vault, 'open'>
  environment: Environment
  /** What the server was started with. */
  env: NodeJS.ProcessEnv
}

/** Where secrets of services are looked for, first to last: of what is configured, or what was named. */
export function secretSources(parts: SecretSourceParts): SecretSource[] {
  const { environment } = parts
  const names = environment.ATLAS_SECRET_SOURCES ?? secretSourceNames.filter((name) => configured(name, environment))
  return names.map((name) => source(name, parts))
}

function configured(name: SecretSourceName, environment: Environment): boolean {
  if (name === 'file') return environment.ATLAS_SECRETS_FILE !== undefined
  if (name === 'context-manager') return environment.CONTEXT_MANAGER_URL !== undefined
  if (name === 'vault') return wayIn(environment) !== undefined
  return true
}

function source(name: SecretSourceName, { store, vault, environment, env }: SecretSourceParts): SecretSource {
  const serves = environment.ATLAS_ENVIRONMENT_CREDENTIALS_FOR
  switch (name) {
    case 'sealed':
      return sealedSecrets(store.secrets, vault)
    case 'environment':
      return environmentSecrets({ variables: env, serves, never: new Set(Object.keys(variables.shape)) })
    // That there is a file, and a way into the vault, was seen when the environment was read.
    case 'file':
      return fileSecrets(environment.ATLAS_SECRETS_FILE!, serves)
    case 'vault': {
      const { VAULT_NAMESPACE: namespace, VAULT_KV_MOUNT: mount, VAULT_SECRETS_PATH: path } = environment
      return vaultSecrets({ ...wayIn(environment)!, namespace, mount, path })
    }
    case 'context-manager': {
      const { CONTEXT_MANAGER_URL: url = defaultContextManager, CONTEXT_MANAGER_TOKEN: token } = environment
      return contextManagerSecrets({ url, token })
    }
  }
}
