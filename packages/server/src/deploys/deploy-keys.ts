import type { DeployKey, OpenKey } from '@atlas/deploy'
import type { Store } from '@atlas/store'
import type { Credentials } from '../credentials/open.ts'
import type { Sealer } from '../credentials/sealer.ts'

/** As `sealed-columns.ts` of the store says it. */
export const belonging = (workspace: string, project: string, kind: DeployKey['kind']) =>
  ['deploy_key', workspace, project, kind] as const

/** What is sealed of a key for ssh. */
export interface SealedSsh {
  key: string
  /** The one before: for a while the host may know that one alone. ISO 8601 */
  before?: { key: string; until: string }
}

export interface SealedToken {
  username: string
  token: string
}

export interface OpenKeyParts {
  store: Pick<Store, 'deployKeys'>
  credentials: { sealer: Pick<Sealer, 'open'> } & Pick<Credentials, 'learn'>
}

/** Looked up each time, so a change counts from the next fetch on, on all servers. */
export const openKeys =
  ({ store: { deployKeys }, credentials: { sealer, learn } }: OpenKeyParts): OpenKey =>
  async ({ workspace, project }, kind) => {
    const found = await deployKeys.read(workspace, project, kind)
    if (!found) return undefined
    const text = sealer.open(found.sealed, belonging(workspace, project, kind))
    await deployKeys.used(workspace, project, kind)
    if (kind === 'ssh') {
      const privateKeys = current(JSON.parse(text) as SealedSsh)
      for (const value of privateKeys) learn({ value })
      return { kind, privateKeys }
    }
    const { username, token } = JSON.parse(text) as SealedToken
    learn({ token })
    return { kind, host: found.host!, username, token }
  }

const current = ({ key, before }: SealedSsh): string[] =>
  before && Date.parse(before.until) > Date.now() ? [key, before.key] : [key]
