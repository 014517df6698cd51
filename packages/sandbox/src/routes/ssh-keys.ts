import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Cloud, nextId } from '../cloud.ts'
import { notFound, unprocessable } from '../http/errors.ts'
import { listed, page } from '../http/page.ts'
import { type App, integer, param } from '../http/validation.ts'
import type { SshKey } from '../records/types.ts'

const name = z.string("Name can't be blank").min(1, "Name can't be blank")
const create = z.object({ name, public_key: z.string('Key invalid, please double check your key format.') })

export function sshKeyRoutes(app: App, cloud: Cloud): void {
  app.get('/v2/account/keys', async (request) => page(request, 'ssh_keys', listed(request, cloud.keys), shape))

  app.post('/v2/account/keys', { schema: { body: create } }, async (request, reply) => {
    const publicKey = request.body.public_key.trim()
    const fingerprint = fingerprintOf(publicKey)
    if (!fingerprint) throw unprocessable('Key invalid, please double check your key format.')
    if (cloud.keys.count('fingerprint', fingerprint)) throw unprocessable('SSH Key is already in use on your account')
    const key = cloud.keys.put({ id: nextId(cloud, 'ssh_key'), name: request.body.name, publicKey, fingerprint })
    reply.code(201)
    return { ssh_key: shape(key) }
  })

  app.get('/v2/account/keys/:key', async (request) => ({ ssh_key: shape(keyOf(cloud, request)) }))

  app.put('/v2/account/keys/:key', { schema: { body: z.object({ name }) } }, async (request) => ({
    ssh_key: shape(cloud.keys.put({ ...keyOf(cloud, request), name: request.body.name })),
  }))

  app.delete('/v2/account/keys/:key', async (request, reply) => {
    cloud.keys.remove(keyOf(cloud, request).id)
    return reply.code(204).send()
  })
}

function shape({ id, name, publicKey, fingerprint }: SshKey) {
  return { id, public_key: publicKey, name, fingerprint }
}

/** By number or fingerprint. @throws ApiError 404 */
function keyOf(cloud: Cloud, request: { params: unknown }): SshKey {
  const text = param(request, 'key')
  const key = cloud.keys.get(integer(text)) ?? cloud.keys.first('fingerprint', text)
  if (!key) throw notFound()
  return key
}

/** The MD5 form, `3b:16:bf:…`, of a key in OpenSSH's one-line form; `undefined` where it is none. */
export function fingerprintOf(publicKey: string): string | undefined {
  const [type, blob] = publicKey.split(/\s+/)
  const bytes = Buffer.from(blob ?? '', 'base64')
  const length = bytes.length > 4 ? bytes.readUInt32BE(0) : 0
  if (!type || bytes.subarray(4, 4 + length).toString() !== type) return undefined
  return createHash('md5').update(bytes).digest('hex').match(/../g)!.join(':')
}
