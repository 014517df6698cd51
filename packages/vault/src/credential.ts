import { createHash } from 'node:crypto'

/** What a cloud asks for, by field: `{ token }` for DigitalOcean. The values never leave the process but to that cloud. */
export type Fields = Readonly<Record<string, string>>

export interface Secret {
  fields: Fields
  /** Milliseconds since 1970: from then on the source wants to be asked again. */
  expiresAt?: number
}

/** One place where credentials are kept. */
export interface CredentialSource {
  readonly name: string
  /**
   * `undefined`: certainly nothing is kept there for them.
   * @throws AtlasError `credential_unavailable` when that cannot be said now, `config_invalid` when the place refuses Atlas
   */
  read(workspace: string, provider: string): Promise<Secret | undefined>
}

/**
 * Tells two credentials apart. 48 bits of a digest over a secret that a cloud made at random: nothing can be guessed from
 * it, and it does not serve to try out stolen ones beyond saying "this one or another".
 */
export function fingerprint(provider: string, fields: Fields): string {
  const sorted = Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([provider, sorted]))
    .digest('hex')
    .slice(0, 12)
}
