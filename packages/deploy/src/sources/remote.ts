import { AtlasError } from '@atlas/core'
import { withAgent } from './agent.ts'
import type { DeployKey, OpenKey, Owner } from './deploy-key.ts'
import { git } from './git-command.ts'
import { identityOf } from './identity.ts'

/** git towards a repository elsewhere, as who the project is there. @throws AtlasError `source_unavailable` */
export type Ask = (
  url: string,
  args: readonly string[],
  about: { cwd: string; what: string; hint?: string },
) => Promise<string>

/** @param knownHosts the file in which the keys of hosts are learnt */
export const asking =
  (owner: Owner, openKey: OpenKey, knownHosts: string): Ask =>
  async (url, args, about) => {
    const kind = kindOf(url)
    const key = kind && (await openKey(owner, kind))
    try {
      if (!key) return await git(args, about)
      const env = identityOf(key, knownHosts)
      if (key.kind === 'https') return await git(args, { ...about, env })
      const byAgent = (socket: string) => git(args, { ...about, env: { ...env, SSH_AUTH_SOCK: socket } })
      return await withAgent(key.privateKeys, byAgent)
    } catch (error) {
      if (!(error instanceof AtlasError)) throw error
      const hint = wayIn(error.message, { ...owner, url, key, knownHosts })
      throw hint === undefined ? error : new AtlasError(error.code, error.message, { hint, cause: error })
    }
  }

const kindOf = (url: string): DeployKey['kind'] | undefined =>
  url.startsWith('https:') ? 'https' : url.startsWith('file:') ? undefined : 'ssh'

interface Asked extends Owner {
  url: string
  key: DeployKey | undefined
  knownHosts: string
}

/** What to type where a host refused; as OpenSSH 9, git 2.39, GitHub and GitLab say it (November 2026). */
export function wayIn(said: string, asked: Asked): string | undefined {
  return refusals.find(([pattern]) => pattern.test(said))?.[1](asked)
}

const refusals: readonly [RegExp, (asked: Asked) => string][] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed/,
    ({ url, key, knownHosts }) =>
      `The host may not be who it was. Where it says that it has a new key, on the server's computer: ssh-keygen -R '${sshHost(url)}'${key ? ` -f '${knownHosts}'` : ''}`,
  ],
  [
    /marked as read only|not allowed to push|deploy key does not have write access|Write access to repository not granted/i,
    ({ project, key }) =>
      `Allow ${key ? `the deploy key of ${project}` : "the server's own key"} to push at the host: a deploy marks what it deployed with a tag.`,
  ],
  [
    /Permission denied \([^)]*publickey|Repository not found|could not be found or you don't have permission/i,
    ({ project, url, key }) =>
      key
        ? `Give ${hostOf(url)} the public half of the key of ${project}, which atlas deploy-keys list ${project} prints, and allow it to push.`
        : `atlas deploy-keys create ${project} makes a key for ${hostOf(url)} and prints what to give it`,
  ],
  [
    /Authentication failed|could not read Username|The requested URL returned error: 40[13]/,
    ({ project, url, key }) =>
      `${key?.kind === 'https' && key.host !== hostOf(url) ? `The token of ${project} is for ${key.host} alone. ` : ''}atlas deploy-keys set ${project} --token --host ${hostOf(url)} asks for one that may read and push`,
  ],
]

const hostOf = (url: string): string => URL.parse(url)?.host || (/^[^@]+@([^:]+):/.exec(url)?.[1] ?? url)

/** As known_hosts has it: with a port that is not 22 in brackets. */
function sshHost(url: string): string {
  const [host, port] = hostOf(url).split(':')
  return port === undefined || port === '22' ? host! : `[${host}]:${port}`
}
