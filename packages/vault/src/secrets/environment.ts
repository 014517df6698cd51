import { pick, type SecretSource } from './source.ts'

export interface EnvironmentSecrets {
  variables: Readonly<Record<string, string | undefined>>
  /** Workspaces; `*` is all of them. Whoever started the server gave it what is one team's. */
  serves: readonly string[]
  /** What the server itself is opened with is no service's. */
  never: ReadonlySet<string>
}

/** Variables that the server was started with. */
export const environmentSecrets = ({ variables, serves, never }: EnvironmentSecrets): SecretSource => ({
  name: 'environment',
  async read({ workspace }, names) {
    if (!serves.includes('*') && !serves.includes(workspace)) return new Map()
    return pick(
      variables,
      names.filter((name) => !never.has(name)),
    )
  },
})
