import type { SecretsControl } from '@atlas/api'
import type { Secrets } from '@atlas/deploy'
import type { Store } from '@atlas/store'
import { secretBelonging } from '@atlas/vault'
import type { Credentials } from '../credentials/open.ts'
import { checkPlace, neverDeployed } from '../deploys/named.ts'
import { holdersOf, neededSecrets, secretsOf } from '../secrets/uses.ts'

export interface SecretsParts {
  store: Pick<Store, 'secrets' | 'deploys'>
  secrets: Secrets
  credentials: Pick<Credentials, 'sealer' | 'learn'>
}

export function secretsControl({ store, secrets, credentials: { sealer, learn } }: SecretsParts): SecretsControl {
  const sealed = (workspace: string, name: string, value: string) => {
    learn({ value })
    return sealer.seal(value, secretBelonging(workspace, name))
  }
  return {
    list: (workspace) => store.secrets.list(workspace),
    async needed(workspace, project, environment) {
      const there = await store.deploys.environment(workspace, project, environment)
      if (!there) throw neverDeployed(checkPlace({ project, environment }), await store.deploys.environments(workspace))
      if (!there.serving) return []
      const place = { workspace, project, environment }
      const found = await secrets.find(place, secretsOf(there.serving))
      return neededSecrets(there, found, await store.secrets.list(workspace))
    },
    set: async (workspace, name, value, by) =>
      store.secrets.set(workspace, { name, sealed: await sealed(workspace, name, value), by: by.name }),
    async rotate(workspace, name, value, by) {
      const secret = { name, sealed: await sealed(workspace, name, value), by: by.name }
      const record = await store.secrets.rotate(workspace, secret)
      return { secret: record, holders: holdersOf(name, await store.deploys.environments(workspace)) }
    },
    unset: (workspace, name, by) => store.secrets.unset(workspace, name, by.name),
  }
}
