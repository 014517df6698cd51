/** Whose secrets are looked for. */
export interface SecretPlace {
  workspace: string
  project: string
  environment: string
}

export interface Kept {
  value: string
  /** What its source counts it by, such as `3`; absent where the source counts nothing. */
  version?: string
}

/** One place where secrets of services are kept, each under a name such as `HOSTOMATIC_PROD_DB_PASSWORD`. */
export interface SecretSource {
  readonly name: string
  /**
   * Of those names what is there. A name that is not in the answer is certainly not kept there.
   * @throws AtlasError `credential_unavailable` when that cannot be said now, `config_invalid` when the place refuses Atlas,
   * `vault_sealed`
   */
  read(place: SecretPlace, names: readonly string[]): Promise<ReadonlyMap<string, Kept>>
}

/** Of all that is in a place, what was asked for. What is empty is not there. */
export function pick(
  all: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
  version?: string,
): Map<string, Kept> {
  const found = names.flatMap((name) => {
    const value = Object.hasOwn(all, name) ? all[name] : undefined
    return value ? [[name, { value, ...(version !== undefined && { version }) }] as const] : []
  })
  return new Map(found)
}
