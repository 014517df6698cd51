import type { Actor } from '../caller.ts'

/** A secret that Atlas keeps, as far as anybody may know it. Times are ISO 8601. */
export interface KeptSecretView {
  name: string
  version: number
  setAt: string
  setBy: string
}

/** A secret that services of an environment name, and where its value comes from. */
export interface NeededSecretView {
  /** As the services' configuration calls it, such as `db_password`. */
  name: string
  /** The name that it is found under; null where it has no value. */
  variable: string | null
  source: string | null
  /** What its source counts it by. */
  version: string | null
  /** Of what Atlas keeps. */
  setAt: string | null
  setBy: string | null
  services: SecretUseView[]
}

export interface SecretUseView {
  service: string
  /** The deployment that brought the value that it runs with; null where it was never delivered. */
  delivered: { at: string; operation: string; release: string } | null
  /** Whether that is the value that there is now. */
  current: boolean
}

/** A service that runs with a value of the secret. */
export interface SecretHolder {
  project: string
  environment: string
  service: string
}

/** Secrets of services. No value ever comes out. */
export interface SecretsControl {
  list(workspace: string): Promise<KeptSecretView[]>
  /** Of the services that serve there. @throws AtlasError `not_found`, `secret_unavailable` */
  needed(workspace: string, project: string, environment: string): Promise<NeededSecretView[]>
  set(workspace: string, name: string, value: string, by: Actor): Promise<KeptSecretView>
  /** Gives another value to one that Atlas keeps. @throws AtlasError `not_found` */
  rotate(
    workspace: string,
    name: string,
    value: string,
    by: Actor,
  ): Promise<{ secret: KeptSecretView; holders: SecretHolder[] }>
  /** @throws AtlasError `not_found` */
  unset(workspace: string, name: string, by: Actor): Promise<void>
}
