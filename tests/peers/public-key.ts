import { createHash, generateKeyPairSync } from 'node:crypto'

/** A new ed25519 public key as `authorized_keys` has it, and the MD5 fingerprint DigitalOcean knows it by. */
export function newPublicKey(comment: string): { text: string; fingerprint: string } {
  const der = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' })
  const blob = Buffer.concat([...[Buffer.from('ssh-ed25519'), der.subarray(-32)].map(lengthFirst)])
  const md5 = createHash('md5').update(blob).digest('hex')
  return { text: `ssh-ed25519 ${blob.toString('base64')} ${comment}`, fingerprint: md5.match(/../g)!.join(':') }
}

function lengthFirst(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
