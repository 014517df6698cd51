import type { Actor } from '../caller.ts'

/** What opens the repositories of a project, as far as anybody may know it. Times are ISO 8601. */
export interface DeployKeyView {
  project: string
  kind: 'ssh' | 'https'
  /** Of ssh as `ssh-keygen -l` says it; of a token a few digits that tell it from others. */
  fingerprint: string
  /** Of ssh: what the host is given. */
  publicKey: string | null
  /** Of https: the host that alone is shown the token. */
  host: string | null
  setAt: string
  setBy: string
  usedAt: string | null
}

/** Of one's own: a key for ssh, or a token for https. */
export type OwnDeployKey = { privateKey: string } | { host: string; username: string; token: string }

/** Deploy keys of projects, at most one of each kind. What is private never comes out. */
export interface DeployKeysControl {
  list(workspace: string): Promise<DeployKeyView[]>
  /** Makes a key for ssh. @throws AtlasError `already_exists`, `usage` for what is no name of a project */
  create(workspace: string, project: string, by: Actor): Promise<DeployKeyView>
  /** In place of the one before. @throws AtlasError `usage` for what is no private key */
  set(workspace: string, project: string, key: OwnDeployKey, by: Actor): Promise<DeployKeyView>
  /** Makes another; the one before is good for a day beside it. @throws AtlasError `not_found` */
  rotate(workspace: string, project: string, by: Actor): Promise<DeployKeyView>
  /** @throws AtlasError `not_found` */
  delete(workspace: string, project: string, kind: DeployKeyView['kind']): Promise<void>
}
