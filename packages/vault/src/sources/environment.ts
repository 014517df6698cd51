import type { CredentialSource, Fields } from '../credential.ts'

/**
 * The credentials that the server was started with. They are one person's or team's, so they serve the workspaces named and
 * no other.
 * @param serves names of workspaces; `*` is all of them
 */
export function environmentSource(
  credentials: Readonly<Record<string, Fields | undefined>>,
  serves: readonly string[],
): CredentialSource {
  return {
    name: 'environment',
    async read(workspace, provider) {
      const fields = serves.includes('*') || serves.includes(workspace) ? credentials[provider] : undefined
      return fields && { fields }
    },
  }
}
