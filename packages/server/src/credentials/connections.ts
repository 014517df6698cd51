import { AtlasError, type Driver } from '@atlas/core'
import type { Lookup } from '@atlas/vault'
import { type Cloud, noCredential } from '../clouds.ts'

/** A cloud as one workspace has it. */
export interface Connection {
  cloud: Cloud
  endpoint: string
  /** No account of anybody's: the sandbox, or another that needs no credential. */
  sandbox: boolean
  driver: Driver
  /** Where the credential came from, and which it is; absent where none is needed. */
  credential?: { source: string; fingerprint: string }
}

export interface Place {
  workspace: string
  provider: string
}

export interface Connections {
  readonly clouds: readonly Cloud[]
  /** `undefined`: the workspace has no credential for it. @throws AtlasError `credential_unavailable`, `vault_sealed`, `config_invalid` */
  find(place: Place): Promise<Connection | undefined>
  /** @throws also `config_invalid` saying what to set */
  open(place: Place): Promise<Connection>
}

/**
 * The driver that a workspace's calls are made with, from its own credential. The credential is looked up every time, so
 * one that was replaced or taken away counts from the next plan or operation on, on every node; its driver is made once.
 */
export function connections(clouds: readonly Cloud[], lookup: Lookup): Connections {
  const made = new Map<string, { fingerprint: string; driver: Driver }>()

  async function find({ workspace, provider }: Place): Promise<Connection | undefined> {
    const cloud = cloudNamed(clouds, provider)
    const key = JSON.stringify([workspace, provider])
    const found = cloud.fields.length > 0 ? await lookup(workspace, provider) : undefined
    if (!found) {
      made.delete(key)
      return cloud.otherwise && { cloud, sandbox: true, ...cloud.otherwise }
    }
    const { source, fingerprint, secret } = found
    const last = made.get(key)
    const driver = last?.fingerprint === fingerprint ? last.driver : cloud.connect(secret.fields, fingerprint)
    made.set(key, { fingerprint, driver })
    return { cloud, endpoint: cloud.endpoint, sandbox: false, driver, credential: { source, fingerprint } }
  }

  return {
    clouds,
    find,
    async open(place) {
      const connection = await find(place)
      if (connection) return connection
      const { workspace, provider } = place
      throw new AtlasError('config_invalid', `The workspace ${workspace} has no credential for ${provider}.`, {
        hint: noCredential(provider),
      })
    },
  }
}

/** @throws AtlasError `config_invalid` */
function cloudNamed(clouds: readonly Cloud[], provider: string): Cloud {
  const cloud = clouds.find((one) => one.provider === provider)
  if (cloud) return cloud
  const known = clouds.map((one) => one.provider).join(', ')
  throw new AtlasError('config_invalid', `The server knows no cloud named ${provider}, only ${known}.`, {
    hint: `set "provider" to one of: ${known}`,
  })
}
