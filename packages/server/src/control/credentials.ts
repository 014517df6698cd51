import type { CredentialsControl, CredentialView } from '@atlas/api'
import { AtlasError, isAtlasError } from '@atlas/core'
import type { Store } from '@atlas/store'
import { type Fields, fingerprint, sealCredential } from '@atlas/vault'
import { type Cloud, noCredential } from '../clouds.ts'
import type { Credentials } from '../credentials/open.ts'
import { rotateKey } from '../credentials/rotation.ts'
import { reached } from './providers.ts'

export interface CredentialsParts {
  store: Pick<Store, 'credentials' | 'sealedKeys'>
  credentials: Credentials
}

export function credentialsControl({ store, credentials }: CredentialsParts): CredentialsControl {
  const { connections, vault, place, served, sealer, learn } = credentials
  let rotating: ReturnType<typeof rotateKey> | undefined

  async function viewsOf(workspace: string, { provider }: Cloud): Promise<CredentialView[]> {
    const found = await connections.find({ workspace, provider }).catch(unavailable)
    if (found instanceof AtlasError) return [{ ...nothingKnown, provider, hint: inWords(found) }]
    if (!found?.credential) return []
    const { source, fingerprint } = found.credential
    const [kept, uses] = await Promise.all([store.credentials.list(workspace), store.credentials.uses(workspace)])
    const mine = source === 'sealed' ? kept.find((one) => one.provider === provider) : undefined
    const use = uses.find((one) => one.provider === provider && one.fingerprint === fingerprint)
    const times = { createdAt: mine?.createdAt ?? null, rotatedAt: mine?.rotatedAt ?? null }
    return [{ provider, source, fingerprint, status: 'present', ...times, lastUsedAt: use?.usedAt ?? null }]
  }

  return {
    async set(workspace, provider, fields) {
      const cloud = cloudOf(connections.clouds, provider)
      refuseOtherFields(cloud, fields)
      learn(fields)
      const sealed = await sealCredential(sealer, workspace, provider, fields)
      const print = fingerprint(provider, fields)
      const { createdAt, rotatedAt } = await store.credentials.put(workspace, provider, { sealed, fingerprint: print })
      return {
        provider,
        source: 'sealed',
        fingerprint: print,
        status: 'present',
        createdAt,
        rotatedAt,
        lastUsedAt: null,
      }
    },
    async list(workspace) {
      const asked = connections.clouds.filter(({ fields }) => fields.length > 0)
      return (await Promise.all(asked.map((cloud) => viewsOf(workspace, cloud)))).flat()
    },
    remove: (workspace, provider) => store.credentials.remove(workspace, provider),
    async check(workspace, provider) {
      cloudOf(connections.clouds, provider)
      const found = await connections.find({ workspace, provider })
      const nothing = { provider, source: null, fingerprint: null, account: null }
      if (!found) return { ...nothing, status: 'no_credential', hint: noCredential(provider) }
      if (found.credential) await served({ workspace, provider }, found.credential, 'check')
      return { ...nothing, ...found.credential, ...(await reached(found)) }
    },
    async rotateKey() {
      // Two at once would make two keys, one of them for nothing.
      rotating ??= rotateKey({ store, vault, place, learn: credentials.learnKeys }).finally(() => {
        rotating = undefined
      })
      return rotating
    },
  }
}

const nothingKnown = {
  source: null,
  fingerprint: null,
  status: 'unavailable',
  createdAt: null,
  rotatedAt: null,
  lastUsedAt: null,
} as const

/** A list tells of what it cannot show; other errors are errors. */
function unavailable(error: unknown): AtlasError {
  if (isAtlasError(error)) return error
  throw error
}

const inWords = ({ message, hint }: AtlasError) => [message, hint].filter(Boolean).join(' ')

function cloudOf(clouds: readonly Cloud[], provider: string): Cloud {
  const known = clouds.filter(({ fields }) => fields.length > 0)
  const cloud = known.find((one) => one.provider === provider)
  if (cloud) return cloud
  throw new AtlasError('not_found', `There is no cloud ${provider} that takes a credential.`, {
    hint: `use one of: ${known.map((one) => one.provider).join(', ')}`,
  })
}

/** Names fields only, never what is in them. */
function refuseOtherFields({ provider, fields }: Cloud, given: Fields): void {
  const names = Object.keys(given)
  if (names.length === fields.length && fields.every((name) => names.includes(name))) return
  throw new AtlasError('usage', `A credential for ${provider} has the fields ${names.join(', ') || '(none)'}.`, {
    hint: `send exactly: ${fields.join(', ')}`,
  })
}
