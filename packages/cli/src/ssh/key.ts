import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { prepareDataFolder } from '../data-folder.ts'

export interface KeyPair {
  /** OpenSSH's private key format, unencrypted: for a file of mode 0600. */
  privateKey: string
  /** OpenSSH's one-line form. */
  publicKey: string
}

export const identityFile = (dataDir: string): string => join(dataDir, 'ssh', 'id_ed25519')

/** The public half of the data folder's key; both halves are made the first time. */
export function ensureKey(dataDir: string): string {
  const file = identityFile(dataDir)
  if (!existsSync(file)) {
    prepareDataFolder(dataDir)
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const pair = makeKey(`atlas-${userInfo().username}`)
    writeFileSync(`${file}.pub`, `${pair.publicKey}\n`, { mode: 0o644 })
    writeFileSync(file, pair.privateKey, { mode: 0o600, flag: 'wx' })
  }
  // A folder copied with its modes lost would make ssh refuse the key.
  chmodSync(file, 0o600)
  return readFileSync(`${file}.pub`, 'utf8').trim()
}

/** An ed25519 key, without ssh-keygen. The layout is OpenSSH's PROTOCOL.key. */
export function makeKey(comment: string): KeyPair {
  const pair = generateKeyPairSync('ed25519')
  const publicBytes = Buffer.from(pair.publicKey.export({ format: 'jwk' }).x!, 'base64url')
  const seed = Buffer.from(pair.privateKey.export({ format: 'jwk' }).d!, 'base64url')
  const publicBlob = Buffer.concat([text('ssh-ed25519'), text(publicBytes)])
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...[text('none'), text('none'), text(''), number(1), text(publicBlob)],
    text(padded(privateSection(publicBytes, seed, comment))),
  ])
  const lines = body
    .toString('base64')
    .match(/.{1,70}/g)!
    .join('\n')
  return {
    privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`,
    publicKey: `ssh-ed25519 ${publicBlob.toString('base64')} ${comment}`,
  }
}

/** `SHA256:…` as ssh-keygen -l prints it. */
export function fingerprint(publicKey: string): string {
  const blob = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}

function privateSection(publicBytes: Buffer, seed: Buffer, comment: string): Buffer {
  // The same random number twice: how a reader tells a right passphrase from a wrong one.
  const check = randomBytes(4)
  const privateBytes = Buffer.concat([seed, publicBytes])
  return Buffer.concat([check, check, text('ssh-ed25519'), text(publicBytes), text(privateBytes), text(comment)])
}

/** To a multiple of eight, with 1, 2, 3, … */
function padded(section: Buffer): Buffer {
  const missing = (8 - (section.length % 8)) % 8
  return Buffer.concat([section, Buffer.from(Array.from({ length: missing }, (_, i) => i + 1))])
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const text = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value as string)
  return Buffer.concat([number(bytes.length), bytes])
}
