import { createHash } from 'node:crypto'
import { canonical } from '@atlas/core'
import type { DeployInput } from './plan/input.ts'

/**
 * Where the values of secrets come from. They are asked for when they are delivered, and kept nowhere: a platform gets them
 * at `start`, and hands them on in no command line, image, label or log.
 */
export interface Secrets {
  /**
   * Of those names, the ones that have a value.
   * @param to who is given them: that is in the audit before they are
   * @throws AtlasError `secret_unavailable` where a source cannot be asked, `vault_sealed`
   */
  find(place: SecretPlace, names: readonly string[], to?: SecretTaker): Promise<ReadonlyMap<string, Secret>>
  /**
   * Values that they had before, as far as those are kept: what runs may still print them.
   * @throws AtlasError `vault_sealed`
   */
  former(place: SecretPlace, names: readonly string[]): Promise<readonly string[]>
}

/** What must not be shown of what somebody printed who was given them, now or before. @throws AtlasError as `find` */
export async function hiddenValues(
  secrets: Secrets,
  place: SecretPlace,
  names: readonly string[],
): Promise<readonly string[]> {
  const now = await secrets.find(place, names)
  return [...[...now.values()].map(({ value }) => value), ...(await secrets.former(place, names))]
}

export interface SecretTaker {
  service: string
  machine: string
  operation: string
}

export interface Secret {
  value: string
  /** Says nothing of the value, and changes with it. */
  version: string
  /** Under which of its names it was found, and where. */
  variable: string
  source: string
  /** What its source counts it by, such as `3`; absent where the source counts nothing. */
  count?: string
}

export interface SecretPlace {
  workspace: string
  project: string
  environment: string
}

/** Requirement 2: the most particular name wins. `HOSTOMATIC_PROD_DB_PASSWORD`, `PROD_DB_PASSWORD`, `DB_PASSWORD`. */
export function secretNames({ project, environment }: SecretPlace, name: string): string[] {
  const upper = (...words: string[]) =>
    words
      .join('_')
      .toUpperCase()
      .replaceAll(/[^A-Z0-9]/g, '_')
  return [upper(project, environment, name), upper(environment, name), upper(name)]
}

/** What a service calls the secret in its environment. */
export const variableOf = (name: string): string => name.toUpperCase()

/** For programs that read their secrets from the environment. */
export const secretVariables = (secrets: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(secrets).map(([name, value]) => [variableOf(name), value]))

/** A hash over everything that services find in their environment: of secrets the versions, never the values. */
export const environmentVersionOf = ({
  services,
  secretVersions,
}: Pick<DeployInput, 'services' | 'secretVersions'>): string => {
  const variables = Object.fromEntries(services.map(({ name, env }) => [name, env]))
  return createHash('sha256')
    .update(canonical({ variables, secrets: { ...secretVersions } }))
    .digest('hex')
}
