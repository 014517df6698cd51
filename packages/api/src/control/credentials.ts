import type { ProviderView } from '../control.ts'

/** A workspace's credential at a cloud, as far as anybody may know it. Times are ISO 8601. */
export interface CredentialView {
  provider: string
  /** Where it is kept; null where that could not be found out. */
  source: string | null
  /** Tells one from another and reveals nothing. */
  fingerprint: string | null
  status: 'present' | 'unavailable'
  hint?: string
  createdAt: string | null
  rotatedAt: string | null
  lastUsedAt: string | null
}

export interface CredentialCheck extends Pick<ProviderView, 'account' | 'status' | 'hint'> {
  provider: string
  source: string | null
  fingerprint: string | null
}

export interface KeyRotation {
  /** Of the key that seals from now on. */
  keyId: string
  resealed: number
  /** Keys that nothing is sealed with any more. */
  retired: string[]
  /** Keys that a person may take out of ATLAS_VAULT_KEY now. */
  leftInEnvironment: string[]
}

/** Credentials go in and never come out. */
export interface CredentialsControl {
  /** @throws AtlasError `spec_invalid` naming the fields that the cloud wants, `not_found` for a cloud that is not known */
  set(workspace: string, provider: string, fields: Readonly<Record<string, string>>): Promise<CredentialView>
  /** What every cloud would be called with now, wherever it is kept. */
  list(workspace: string): Promise<CredentialView[]>
  /** Only what is kept sealed here can be deleted here. @throws AtlasError `not_found` */
  remove(workspace: string, provider: string): Promise<void>
  /** Asks the cloud, with one cheap call. @throws AtlasError `not_found`, `credential_unavailable` */
  check(workspace: string, provider: string): Promise<CredentialCheck>
  /** A new key seals from now on, and everything is sealed anew. @throws AtlasError `config_invalid`, `vault_sealed` */
  rotateKey(): Promise<KeyRotation>
}
