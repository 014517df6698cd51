import type { Store } from '@atlas/store'
import { type Fields, type Keys, lookupIn, type Vault } from '@atlas/vault'
import type { Cloud } from '../clouds.ts'
import type { Logger, Secrets } from '../logging.ts'
import type { Environment } from '../settings/environment.ts'
import { type Connections, connections } from './connections.ts'
import { type KeyPlace, keyPlace, keyTexts, vaultOf } from './keys.ts'
import { finishRotation } from './rotation.ts'
import { type Sealer, sealer } from './sealer.ts'
import { noteUse, type Served } from './served.ts'
import { credentialSources } from './sources.ts'

/** Everything that has to do with secrets of workspaces, in one server. */
export interface Credentials {
  connections: Connections
  vault: Vault
  place: KeyPlace
  served: Served
  sealer: Sealer
  /** Told of what must not stand in the log. */
  learn(fields: Fields): void
  learnKeys(keys: Keys): void
}

export interface CredentialParts {
  store: Pick<Store, 'credentials' | 'sealedKeys' | 'audit'>
  clouds: readonly Cloud[]
  environment: Environment
  dataDir: string
  /** Grows by every secret that is loaded, so that the log stays clear of them. */
  secrets: Secrets
  log: Logger
}

/** @throws AtlasError `config_invalid` where the vault's key is missing, wrong or open to others */
export async function openCredentials(parts: CredentialParts): Promise<Credentials> {
  const { store, clouds, environment, dataDir, secrets, log } = parts
  const place = keyPlace(dataDir, environment)
  const addAll = (texts: readonly (string | undefined)[]) => {
    for (const text of texts) if (text) secrets.add(text)
  }
  const learn = (fields: Fields) => addAll(Object.values(fields))
  const learnKeys = (keys: Keys) => addAll(keyTexts(keys))
  learnKeys(place.keys())
  addAll([environment.VAULT_TOKEN, environment.VAULT_SECRET_ID, environment.CONTEXT_MANAGER_TOKEN])
  const vault = await vaultOf(place, store.sealedKeys)
  // One that was broken off; it has nothing to do otherwise. A key that is missing for it is no reason not to start.
  const { resealed } = await finishRotation({ store, vault, place }).catch((err) => {
    log.error({ err }, 'a rotation of the key could not be finished')
    return { resealed: 0 }
  })
  if (resealed > 0) log.info({ resealed }, 'a rotation of the key was finished')
  const sources = credentialSources({ store, vault, environment })
  const lookup = lookupIn(sources, ({ fields }) => learn(fields))
  return {
    connections: connections(clouds, lookup),
    vault,
    place,
    served: noteUse(store, log),
    sealer: sealer(vault, store),
    learn,
    learnKeys,
  }
}
