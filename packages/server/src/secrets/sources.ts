import type { Store } from '@atlas/store'
import { environmentSecrets, type SecretSource, sealedSecrets, type Vault } from '@atlas/vault'
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
export const secretSources = (parts: SecretSourceParts): SecretSource[] =>
  (parts.environment.ATLAS_SECRET_SOURCES ?? secretSourceNames).map((name) => source(name, parts))

function source(name: SecretSourceName, { store, vault, environment, env }: SecretSourceParts): SecretSource {
  switch (name) {
    case 'sealed':
      return sealedSecrets(store.secrets, vault)
    case 'environment': {
      const serves = environment.ATLAS_ENVIRONMENT_CREDENTIALS_FOR
      return environmentSecrets({ variables: env, serves, never: new Set(Object.keys(variables.shape)) })
    }
  }
}
