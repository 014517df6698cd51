import { createHash } from 'node:crypto'
import { AtlasError } from '@atlas/core'
import ssh2, { type ParsedKey } from 'ssh2'

/** Whose repositories they are. */
export interface Owner {
  workspace: string
  project: string
}

/** What opens the repositories of one project and nothing else; no part of it is ever in a command line, URL or mirror. */
export type DeployKey = SshKey | HttpsToken

export interface SshKey {
  kind: 'ssh'
  /** As OpenSSH writes private keys. Where there are two, the host may know either: one has just taken the other's place. */
  privateKeys: readonly string[]
}

export interface HttpsToken {
  kind: 'https'
  /** With its port, where it has one: nobody else is shown the token, whatever a configuration or submodule names. */
  host: string
  username: string
  token: string
}

/** The key that a project has for addresses of a kind; `undefined`: the server's own git asks as itself. */
export type OpenKey = (owner: Owner, kind: DeployKey['kind']) => Promise<DeployKey | undefined>

export interface PublicHalf {
  /** One line, to be given to the host. */
  publicKey: string
  /** As `ssh-keygen -l` says it. */
  fingerprint: string
}

/** A new ed25519 key, as OpenSSH writes it. */
export const newSshKey = (comment: string): string => ssh2.utils.generateKeyPairSync('ed25519', { comment }).private

/** @throws AtlasError `usage` as `readPrivateKey` does */
export function publicHalf(privateKey: string): PublicHalf {
  const key = readPrivateKey(privateKey)
  const blob = key.getPublicSSH()
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')
  return {
    publicKey: `${key.type} ${blob.toString('base64')} ${key.comment}`.trim(),
    fingerprint: `SHA256:${digest}`,
  }
}

/** Those that hosts of repositories take, and that sign as an agent is to. */
const types = ['ssh-ed25519', 'ssh-rsa']

/** @throws AtlasError `usage` for what is no such key, or has a passphrase; what was given is not repeated */
export function readPrivateKey(text: string): ParsedKey {
  const key = text.startsWith('-----BEGIN') ? ssh2.utils.parseKey(text) : undefined
  if (key !== undefined && !(key instanceof Error) && key.isPrivateKey() && types.includes(key.type)) return key
  const { found, hint } = insteadOfKey(text, key)
  throw new AtlasError(
    'usage',
    `A deploy key is a private key of ed25519 or RSA, as OpenSSH writes it, without a passphrase. This is ${found}.`,
    { hint },
  )
}

function insteadOfKey(text: string, key: ParsedKey | Error | undefined): { found: string; hint: string } {
  const another = "ssh-keygen -t ed25519 -N '' -f deploy-key makes one"
  if (/^(ssh|ecdsa|sk)-\S+ /.test(text))
    return { found: 'a public half', hint: 'give the file of the same name without .pub' }
  if (key instanceof Error && /encrypted/i.test(key.message))
    return { found: 'one with a passphrase', hint: `ssh-keygen -p -N '' -f <a copy of it> takes it away; ${another}` }
  if (/^-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(text))
    return {
      found: 'one in PKCS #8',
      hint: `ssh-keygen -p -N '' -f <a copy of it> writes it as OpenSSH does; ${another}`,
    }
  if (key !== undefined && !(key instanceof Error))
    return { found: `${key.isPrivateKey() ? 'a key' : 'a public half'} of ${key.type}`, hint: another }
  return { found: 'something else, or not all of it', hint: another }
}
