import { AtlasError, isAtlasError } from '@atlas/core/errors'
import { type CredentialSource, fingerprint, type Secret } from './credential.ts'

export interface Found {
  /** Name of the source. */
  source: string
  fingerprint: string
  secret: Secret
}

/** Finds the credential of a workspace at a cloud. */
export type Lookup = (workspace: string, provider: string) => Promise<Found | undefined>

/**
 * The first source that has one serves. One that cannot be asked ends the search: those behind it may have the credential
 * of another account.
 * @param loaded told of every secret before anybody else gets it, so that the log can be kept clear of it
 */
export function lookupIn(sources: readonly CredentialSource[], loaded: (secret: Secret) => void): Lookup {
  return async (workspace, provider) => {
    for (const source of sources) {
      const secret = await source.read(workspace, provider).catch((error: unknown) => refused(source, error))
      if (!secret) continue
      loaded(secret)
      return { source: source.name, fingerprint: fingerprint(provider, secret.fields), secret }
    }
    return undefined
  }
}

/** A place that was set up for something else, such as secrets of services, is asked for credentials too. */
function refused({ name }: CredentialSource, error: unknown): never {
  if (!isAtlasError(error, 'config_invalid')) throw error
  const hint = [error.hint, `or leave ${name} out of ATLAS_CREDENTIAL_SOURCES`].filter(Boolean).join('; ')
  throw new AtlasError(error.code, error.message, { hint, cause: error })
}
