import type { DeployKeysControl } from '@atlas/api'
import { AtlasError } from '@atlas/core'
import { type DeployKey, newSshKey, publicHalf } from '@atlas/deploy'
import type { Store } from '@atlas/store'
import { fingerprint } from '@atlas/vault'
import type { Credentials } from '../credentials/open.ts'
import { belonging, type SealedSsh, type SealedToken } from '../deploys/deploy-keys.ts'
import { checkProject } from '../deploys/named.ts'

export interface DeployKeyParts {
  store: Pick<Store, 'deployKeys'>
  credentials: Pick<Credentials, 'sealer' | 'learn'>
}

/** Long enough to give the host the new one in the course of a day. */
const overlapMs = 24 * 3_600_000

export function deployKeysControl({ store, credentials: { sealer, learn } }: DeployKeyParts): DeployKeysControl {
  const { deployKeys } = store
  const sealed = (workspace: string, project: string, kind: DeployKey['kind'], content: SealedSsh | SealedToken) =>
    sealer.seal(JSON.stringify(content), belonging(workspace, project, kind))

  async function keepSsh(workspace: string, project: string, content: SealedSsh, by: string) {
    learn({ value: content.key })
    return deployKeys.set(workspace, {
      project,
      kind: 'ssh',
      ...publicHalf(content.key),
      host: null,
      sealed: await sealed(workspace, project, 'ssh', content),
      by,
    })
  }
  const made = (workspace: string, project: string) => newSshKey(`atlas ${workspace}/${project}`)

  return {
    list: (workspace) => deployKeys.list(workspace),
    async create(workspace, named, by) {
      const project = checkProject(named)
      if (await deployKeys.read(workspace, project, 'ssh'))
        throw new AtlasError('already_exists', `${project} has a deploy key already.`, {
          hint: `atlas deploy-keys rotate ${project} makes another; atlas deploy-keys list ${project} prints what the host needs`,
        })
      return keepSsh(workspace, project, { key: made(workspace, project) }, by.name)
    },
    async set(workspace, named, key, by) {
      const project = checkProject(named)
      if ('privateKey' in key) return keepSsh(workspace, project, { key: key.privateKey }, by.name)
      const { host, ...token } = key
      learn({ token: token.token })
      return deployKeys.set(workspace, {
        project,
        kind: 'https',
        fingerprint: fingerprint(host, { ...token }),
        publicKey: null,
        host,
        sealed: await sealed(workspace, project, 'https', token),
        by: by.name,
      })
    },
    async rotate(workspace, project, by) {
      const there = await deployKeys.read(workspace, project, 'ssh')
      if (!there)
        throw new AtlasError('not_found', `${project} has no deploy key for ssh.`, {
          hint: `atlas deploy-keys create ${project}`,
        })
      const { key } = JSON.parse(sealer.open(there.sealed, belonging(workspace, project, 'ssh'))) as SealedSsh
      const before = { key, until: new Date(Date.now() + overlapMs).toISOString() }
      return keepSsh(workspace, project, { key: made(workspace, project), before }, by.name)
    },
    delete: (workspace, project, kind) => deployKeys.delete(workspace, project, kind),
  }
}
