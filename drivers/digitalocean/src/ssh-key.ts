import { createHash } from 'node:crypto'
import {
  type ChangeRules,
  difference,
  identityHash,
  isAtlasError,
  type Observed,
  physicalName,
  type ResourceDriver,
  referableAttributes,
} from '@atlas/core'
import { type Api, bodyOf, type Schema, sent } from './api.ts'
import { isMissing, removal } from './errors.ts'
import { pages } from './pages.ts'
import { priceOf } from './price.ts'

const rules: ChangeRules = { fields: { public_key: { replaces: 'another key is another key' } } }

/**
 * A public key in the account. DigitalOcean holds each key once, so its fingerprint is its identity: where the key is
 * there already, under whatever name, it is used as it is. Such a key is somebody's, perhaps for other machines: its id
 * is `<id>~<identity>`, several infrastructures may use it at once, and removing it leaves it where it is. A key that
 * bears the name Atlas gave it was made by an earlier attempt, and is ours.
 */
export function sshKey(api: Api): ResourceDriver {
  const find = async (identifier: string, signal?: AbortSignal) => {
    const path = { ssh_key_identifier: identifier }
    const { ssh_key } = await bodyOf(api({ signal }).GET('/v2/account/keys/{ssh_key_identifier}', { params: { path } }))
    return sent(ssh_key, 'the key')
  }

  return {
    type: 'ssh_key',
    attributes: referableAttributes.ssh_key,
    stamping: 'name',
    holdsData: () => undefined,
    price: priceOf('ssh_key'),
    diff: (want, { live }) => difference(rules, { public_key: withoutComment(String(want.public_key)) }, live),

    describe: ({ live }) => ({ specifications: live }),

    async *list({ signal }) {
      const keys = pages(async (query) => {
        const { ssh_keys = [], meta } = await bodyOf(api({ signal }).GET('/v2/account/keys', { params: { query } }))
        return { items: ssh_keys, total: meta.total ?? 0 }
      })
      for await (const key of keys) yield observe(key)
    },

    get: async (id, signal) => observe(await find(id.split('~')[0]!, signal), id),

    async create({ identity, specifications, gate, signal }) {
      const name = physicalName(identity)
      const public_key = String(specifications.public_key)
      try {
        const made = await bodyOf(api({ gate, signal }).POST('/v2/account/keys', { body: { name, public_key } }))
        return observe(sent(made.ssh_key, 'the key'))
      } catch (refused) {
        if (!isAtlasError(refused, 'cloud_refused')) throw refused
        const known = await find(fingerprintOf(public_key), signal).catch((error: unknown) => {
          throw isMissing(error) ? refused : error
        })
        return observe(known, known.name === name ? undefined : `${known.id}~${identityHash(identity)}`)
      }
    },

    update: async () => {},

    async remove({ id }, context) {
      if (id.includes('~')) return 'kept'
      const path = { ssh_key_identifier: id }
      return removal(api(context).DELETE('/v2/account/keys/{ssh_key_identifier}', { params: { path } }))
    },
  }
}

function observe(key: Schema['sshKeys'], id = String(key.id)): Observed {
  return {
    id,
    physicalId: `digitalocean:ssh_key:${id}`,
    name: key.name,
    stamp: undefined,
    phase: 'ready',
    attributes: { id: String(key.id), fingerprint: sent(key.fingerprint, 'a fingerprint') },
    live: { public_key: withoutComment(key.public_key) },
  }
}

/** Algorithm and key; what follows is a note of its owner. */
const withoutComment = (publicKey: string) => publicKey.trim().split(/\s+/).slice(0, 2).join(' ')

/** MD5 in pairs of hex digits, as DigitalOcean identifies keys. */
function fingerprintOf(publicKey: string): string {
  const bytes = Buffer.from(publicKey.trim().split(/\s+/)[1] ?? '', 'base64')
  return createHash('md5').update(bytes).digest('hex').match(/../g)!.join(':')
}
