import {
  AtlasError,
  difference,
  isAtlasError,
  type Observed,
  type ResourceDriver,
  referableAttributes,
} from '@atlas/core'
import { type Api, bodyOf, type Schema, sent } from './api.ts'
import { removal } from './errors.ts'
import { pages } from './pages.ts'
import { priceOf } from './price.ts'

const rules = {
  holds: 'all of its records',
  fields: { name: { replaces: 'another name is another zone, without the records' } },
}

/**
 * A DNS zone. Its name is its id, given by whoever described it, and there is no room for a stamp: one that exists
 * already is somebody's, with records that others rely on, and is not taken.
 */
export function domain(api: Api): ResourceDriver {
  const find = async (name: string, signal: AbortSignal | undefined) => {
    const params = { path: { domain_name: name } }
    return sent((await bodyOf(api({ signal }).GET('/v2/domains/{domain_name}', { params }))).domain, 'the domain')
  }
  return {
    type: 'domain',
    attributes: referableAttributes.domain,
    stamping: 'none',
    reusesIds: true,
    holdsData: () => rules.holds,
    price: priceOf('domain'),
    diff: (want, { live }) => difference(rules, want, live),
    describe: ({ live }) => ({ specifications: live }),
    matches: ({ specifications }, { id }) => specifications.name === id,

    async *list({ signal }) {
      for await (const one of allDomains(api, signal)) yield observe(one)
    },

    get: async (id, signal) => observe(await find(id, signal)),

    async create({ specifications, gate, signal }) {
      const name = String(specifications.name)
      try {
        const made = await bodyOf(api({ gate, signal }).POST('/v2/domains', { body: { name } }))
        return observe(sent(made.domain, 'the domain'))
      } catch (error) {
        if (!isAtlasError(error, 'cloud_refused')) throw error
        await find(name, signal).catch(() => {
          throw error
        })
        throw new AtlasError('not_ours', `The domain ${name} is in the account, but Atlas did not make it.`, {
          hint: 'Leave it out of the description: its records can name it, as "domain": the name.',
          cause: error,
        })
      }
    },

    update: async () => {},

    async remove({ id }, context) {
      const params = { path: { domain_name: id } }
      return removal(api(context).DELETE('/v2/domains/{domain_name}', { params }))
    },
  }
}

export const allDomains = (api: Api, signal: AbortSignal | undefined) =>
  pages(async (query) => {
    const { domains = [], meta } = await bodyOf(api({ signal }).GET('/v2/domains', { params: { query } }))
    return { items: domains, total: meta.total ?? 0 }
  })

function observe(record: Schema['domain']): Observed {
  const name = sent(record.name, 'a name')
  return {
    id: name,
    physicalId: `digitalocean:domain:${name}`,
    name,
    stamp: undefined,
    phase: 'ready',
    attributes: { id: name, name },
    live: { name },
  }
}
