import type { DeployKey, HttpsToken } from './deploy-key.ts'

/** No key but those of the agent is offered, and nothing that the server's own user configured has a say. */
const ssh = [
  'ssh -F none',
  ...[
    'BatchMode=yes',
    'LogLevel=ERROR',
    'IdentityFile=none',
    'IdentityAgent=SSH_AUTH_SOCK',
    'StrictHostKeyChecking=accept-new',
    // Filled in by ssh itself, so that a path may have spaces.
    `'UserKnownHostsFile=\${ATLAS_KNOWN_HOSTS}'`,
  ].map((option) => `-o ${option}`),
].join(' ')

/** git asks it when the host wants to know who it is; `store` and `erase` are not for it. */
const fromEnvironment =
  '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$ATLAS_GIT_USERNAME" "$ATLAS_GIT_TOKEN"; }; f'

/** Who git is towards a host, as its environment says it. @param knownHosts the file in which the keys of hosts are learnt */
export const identityOf = (key: DeployKey, knownHosts: string): Record<string, string> =>
  key.kind === 'ssh' ? { GIT_SSH_COMMAND: ssh, ATLAS_KNOWN_HOSTS: knownHosts } : tokenFor(key)

/**
 * The empty helper takes away those that the server's own user configured: they would be asked too, and told the token.
 * Bound to the host by git, which compares again after a redirect; `http.extraHeader` would follow one anywhere.
 */
function tokenFor({ host, username, token }: HttpsToken): Record<string, string> {
  const before = Number(process.env.GIT_CONFIG_COUNT ?? 0)
  const settings = [
    ['credential.helper', ''],
    [`credential.https://${host}.helper`, fromEnvironment],
  ]
  return {
    ATLAS_GIT_USERNAME: username,
    ATLAS_GIT_TOKEN: token,
    GIT_CONFIG_COUNT: String(before + settings.length),
    ...Object.fromEntries(
      settings.flatMap(([name, value], index) => [
        [`GIT_CONFIG_KEY_${before + index}`, name],
        [`GIT_CONFIG_VALUE_${before + index}`, value],
      ]),
    ),
  }
}
