import {
  AtlasError,
  type ChangeRules,
  difference,
  isAtlasError,
  type Observed,
  physicalName,
  type ResourceDriver,
  referableAttributes,
  type Stamp,
} from '@atlas/core'
import { type Api, bodyOf, type Schema, sent } from './api.ts'
import { removal } from './errors.ts'
import { ofStep, orEarlier, withName } from './names.ts'
import { present } from './order.ts'
import { pages } from './pages.ts'
import { priceOf } from './price.ts'
import { stampInText, stampText, withoutStamp } from './stamp.ts'
import type { CallContext } from './transport.ts'

const rules: ChangeRules = {
  fields: {
    ip_range: { anyWill: 'absent', replaces: 'the addresses of a network are given out with it' },
    default: { anyWill: 'always' },
  },
}

/**
 * A private network. It has no tags: its description ends with the stamp. The first network of a region becomes the
 * region's default, which DigitalOcean never deletes: removing that one takes the stamp off and leaves it, and a later
 * apply, which finds its name without a stamp, signs it and uses it again.
 */
export function vpc(api: Api, listLagMs: number): ResourceDriver {
  const all = (signal: AbortSignal | undefined) =>
    pages(async (query) => {
      const { vpcs = [], meta } = await bodyOf(api({ signal }).GET('/v2/vpcs', { params: { query } }))
      return { items: vpcs, total: meta.total ?? 0 }
    })
  const describe = async (id: string, name: string, description: string, context: CallContext) => {
    const params = { path: { vpc_id: id } }
    const answer = await bodyOf(api(context).PUT('/v2/vpcs/{vpc_id}', { params, body: { name, description } }))
    return observe(sent(answer.vpc, 'the VPC'))
  }

  return {
    type: 'vpc',
    attributes: referableAttributes.vpc,
    stamping: 'tags',
    holdsData: () => undefined,
    price: priceOf('vpc'),
    diff: (want, { live }) => difference(rules, { ...want, description: want.description ?? '' }, live),

    describe: ({ live: { ip_range, description } }) => ({ specifications: present({ ip_range, description }) }),

    async mark({ id, name, live }, stamp, context) {
      const text = String(live.description)
      await describe(id, name, stamp ? signed(text, stamp) : text, context)
    },

    async *list({ owner, signal }) {
      for await (const one of all(signal)) {
        const observed = observe(one)
        if (!owner || observed.stamp?.owner === owner) yield observed
      }
    },

    async get(id, signal) {
      const params = { path: { vpc_id: id } }
      return observe(sent((await bodyOf(api({ signal }).GET('/v2/vpcs/{vpc_id}', { params }))).vpc, 'the VPC'))
    },

    async create({ identity, stamp, region, specifications, gate, signal }) {
      const name = physicalName(identity)
      const { ip_range } = specifications
      const body = {
        name,
        region,
        description: signed(specifications.description, stamp),
        ...(ip_range !== undefined && { ip_range: String(ip_range) }),
      }
      const make = bodyOf(api({ gate, signal }).POST('/v2/vpcs', { body }))
      return orEarlier(
        make.then(({ vpc }) => observe(sent(vpc, 'the VPC'))),
        async () => {
          const found = await withName(all(signal), name)
          if (!found) return undefined
          const before = observe(found)
          return before.stamp ? ofStep(before, stamp) : describe(before.id, name, body.description, { gate, signal })
        },
        listLagMs,
      )
    },

    async update({ id, name, stamp }, { description }, context) {
      await describe(id, name, stamp ? signed(description, stamp) : String(description ?? ''), context)
    },

    async remove({ id, name, live }, context) {
      if (live.default !== true) return removal(drop(api, id, context))
      await describe(id, name, String(live.description), context)
      return 'kept'
    },
  }
}

/** Members are refused with 403, which says nothing about the token. */
async function drop(api: Api, id: string, context: CallContext): Promise<void> {
  try {
    await api(context).DELETE('/v2/vpcs/{vpc_id}', { params: { path: { vpc_id: id } } })
  } catch (error) {
    if (!isAtlasError(error, 'cloud_forbidden') || !/member/i.test(error.message)) throw error
    throw new AtlasError('cloud_refused', error.message, { cause: error })
  }
}

/** DigitalOcean takes 255 characters: the specification leaves room for the stamp. */
const signed = (description: unknown, stamp: Stamp) => [description ?? '', stampText(stamp)].join(' ').trim()

function observe(record: Schema['vpc']): Observed {
  const id = sent(record.id, 'an id')
  const description = record.description ?? ''
  return {
    id,
    physicalId: `digitalocean:vpc:${id}`,
    name: record.name ?? '',
    stamp: stampInText(description),
    ...(record.region && { region: record.region }),
    phase: 'ready',
    attributes: { id, ip_range: sent(record.ip_range, 'an IP range') },
    live: {
      ip_range: sent(record.ip_range, 'an IP range'),
      description: withoutStamp(description),
      default: record.default === true,
    },
  }
}
