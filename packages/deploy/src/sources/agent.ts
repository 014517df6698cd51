import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ParsedKey } from 'ssh2'
import { readPrivateKey } from './deploy-key.ts'

/**
 * An SSH agent with these keys, for as long as something needs it. They never leave the memory of this process: ssh is given
 * signatures, at a socket in a folder that nobody else may enter.
 */
export async function withAgent<T>(privateKeys: readonly string[], what: (socket: string) => Promise<T>): Promise<T> {
  const keys = privateKeys.map(readPrivateKey)
  const folder = await mkdtemp(join(tmpdir(), 'atlas-agent-'))
  const path = join(folder, 'agent')
  const server = createServer((socket) => converse(socket, keys))
  try {
    server.listen(path)
    await once(server, 'listening')
    return await what(path)
  } finally {
    server.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Of the protocol (draft-ietf-sshm-ssh-agent), what ssh needs. That of ssh2 loses its place at an extension it does not know. */
const says = { failure: 5, identitiesWanted: 11, identities: 12, signatureWanted: 13, signature: 14 }
const rsaSha256 = 2
const rsaSha512 = 4
/** A request has a public key, and what is to be signed of a sign-in: far less than this. */
const longest = 256 * 1024

function converse(socket: Socket, keys: readonly ParsedKey[]): void {
  let unread = Buffer.alloc(0)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    unread = Buffer.concat([unread, chunk])
    while (unread.length >= 4) {
      const length = unread.readUInt32BE()
      if (length > longest) return void socket.destroy()
      if (unread.length < 4 + length) return
      socket.write(packed(answerTo(unread.subarray(4, 4 + length), keys)))
      unread = unread.subarray(4 + length)
    }
  })
}

function answerTo(request: Buffer, keys: readonly ParsedKey[]): Buffer {
  if (request[0] === says.identitiesWanted)
    return Buffer.concat([
      Buffer.from([says.identities]),
      number(keys.length),
      ...keys.flatMap((key) => [packed(key.getPublicSSH()), packed(Buffer.from(key.comment))]),
    ])
  return (request[0] === says.signatureWanted && signed(request.subarray(1), keys)) || Buffer.from([says.failure])
}

function signed(request: Buffer, keys: readonly ParsedKey[]): Buffer | undefined {
  const [blob, more] = taken(request)
  const [data, flags] = taken(more)
  const key = keys.find((one) => one.getPublicSSH().equals(blob))
  const { format, hash } = methodFor(key?.type, flags.length === 4 ? flags.readUInt32BE() : 0)
  const signature = key?.sign(data, hash)
  if (!Buffer.isBuffer(signature)) return undefined
  return Buffer.concat([
    Buffer.from([says.signature]),
    packed(Buffer.concat([packed(Buffer.from(format)), packed(signature)])),
  ])
}

function methodFor(type = '', flags: number): { format: string; hash?: string } {
  if (type === 'ssh-rsa' && flags & rsaSha512) return { format: 'rsa-sha2-512', hash: 'sha512' }
  if (type === 'ssh-rsa' && flags & rsaSha256) return { format: 'rsa-sha2-256', hash: 'sha256' }
  return { format: type }
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const packed = (content: Buffer): Buffer => Buffer.concat([number(content.length), content])

/** The first text of a request, and what is behind it. One that ends too soon gives what matches no key. */
function taken(from: Buffer): [Buffer, Buffer] {
  const length = from.length < 4 ? 0 : from.readUInt32BE()
  return [from.subarray(4, 4 + length), from.subarray(4 + length)]
}
