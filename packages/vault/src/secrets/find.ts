import { AtlasError, isAtlasError } from '@atlas/core'
import type { Kept, SecretPlace, SecretSource } from './source.ts'

/** A secret by what a service calls it, and the names that it may be kept under: the most particular first. */
export interface WantedSecret {
  name: string
  variables: readonly string[]
}

export interface FoundSecret extends Kept {
  /** Under which of its names. */
  variable: string
  source: string
}

/**
 * The most particular name wins, wherever it is kept; where several sources have that name, the first of them. A source is
 * asked once, and only when those before it do not settle the matter. One that cannot be asked ends the search: it may have
 * a more particular name than those behind it.
 * @throws AtlasError `secret_unavailable` naming the source; `vault_sealed`
 */
export async function findSecrets(
  sources: readonly SecretSource[],
  place: SecretPlace,
  wanted: readonly WantedSecret[],
): Promise<Map<string, FoundSecret>> {
  const all = [...new Set(wanted.flatMap(({ variables }) => variables))]
  const asked = new Map<SecretSource, Promise<ReadonlyMap<string, Kept>>>()
  const ask = (source: SecretSource) => {
    const answer = asked.get(source) ?? read(source, place, all)
    asked.set(source, answer)
    return answer
  }
  const found = new Map<string, FoundSecret>()
  for (const { name, variables } of wanted) {
    const one = await first(sources, variables, ask)
    if (one) found.set(name, one)
  }
  return found
}

async function first(
  sources: readonly SecretSource[],
  variables: readonly string[],
  ask: (source: SecretSource) => Promise<ReadonlyMap<string, Kept>>,
): Promise<FoundSecret | undefined> {
  for (const variable of variables)
    for (const source of sources) {
      const kept = (await ask(source)).get(variable)
      if (kept) return { ...kept, variable, source: source.name }
    }
  return undefined
}

async function read(source: SecretSource, place: SecretPlace, names: readonly string[]) {
  try {
    return await source.read(place, names)
  } catch (error) {
    if (!isAtlasError(error) || error.code === 'vault_sealed') throw error
    const { project, environment } = place
    throw new AtlasError(
      'secret_unavailable',
      `Secrets of ${project} ${environment} cannot be looked up in ${source.name}: ${error.message}`,
      {
        hint: [error.hint, `or leave ${source.name} out of ATLAS_SECRET_SOURCES`].filter(Boolean).join('; '),
        cause: error,
      },
    )
  }
}
