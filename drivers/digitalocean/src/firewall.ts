import {
  type ChangeRules,
  difference,
  type Observed,
  physicalName,
  type ResourceDriver,
  referableAttributes,
  type SpecificationsOf,
} from '@atlas/core'
import { type Api, bodyOf, type Schema, sent } from './api.ts'
import { removal } from './errors.ts'
import { cloudRules, comparableRules, describedRules, tagsNamed } from './firewall-rules.ts'
import { orEarlier, withName } from './names.ts'
import { inOrder, tagSet } from './order.ts'
import { pages } from './pages.ts'
import { priceOf } from './price.ts'
import { makeTags } from './tags.ts'

const rules: ChangeRules = { fields: {} }

/** What may reach machines. A firewall's tags name machines, not itself: its unique name is how it is found again. */
export function firewall(api: Api, listLagMs: number): ResourceDriver {
  const all = (signal: AbortSignal | undefined) =>
    pages(async (query) => {
      const { firewalls = [], meta } = await bodyOf(api({ signal }).GET('/v2/firewalls', { params: { query } }))
      return { items: firewalls, total: meta.total ?? 0 }
    })

  return {
    type: 'firewall',
    attributes: referableAttributes.firewall,
    stamping: 'name',
    holdsData: () => undefined,
    price: priceOf('firewall'),
    diff: (want, { live }) => difference(rules, comparableRules(want), live),
    describe: ({ live }) => ({ specifications: live }),

    async *list({ signal }) {
      for await (const one of all(signal)) yield observe(one)
    },

    async get(id, signal) {
      const params = { path: { firewall_id: id } }
      const { firewall } = await bodyOf(api({ signal }).GET('/v2/firewalls/{firewall_id}', { params }))
      return observe(sent(firewall, 'the firewall'))
    },

    async create({ identity, specifications, gate, signal }) {
      const want = specifications as SpecificationsOf<'firewall'>
      await makeTags(api, tagsNamed(want), { gate, signal })
      const body = described(physicalName(identity), want)
      const make = bodyOf(api({ gate, signal }).POST('/v2/firewalls', { body }))
      return orEarlier(
        make.then(({ firewall }) => observe(sent(firewall, 'the firewall'))),
        async () => {
          const found = await withName(all(signal), body.name)
          return found && observe(found)
        },
        listLagMs,
      )
    },

    async update({ id, name }, wanted, context) {
      const want = wanted as SpecificationsOf<'firewall'>
      await makeTags(api, tagsNamed(want), context)
      const params = { path: { firewall_id: id } }
      await api(context).PUT('/v2/firewalls/{firewall_id}', { params, body: described(name, want) })
    },

    async remove({ id }, context) {
      const params = { path: { firewall_id: id } }
      return removal(api(context).DELETE('/v2/firewalls/{firewall_id}', { params }))
    },
  }
}

const described = (name: string, want: SpecificationsOf<'firewall'>) => ({
  name,
  ...cloudRules(want),
  droplet_ids: want.machines.map(Number),
  tags: want.tags,
})

function observe(record: Schema['firewall']): Observed {
  const id = sent(record.id, 'an id')
  const state = {
    waiting: { phase: 'pending', reason: 'it is being put on its machines' },
    succeeded: { phase: 'ready' },
    failed: { phase: 'failed', reason: 'it could not be put on its machines' },
  } as const
  return {
    id,
    physicalId: `digitalocean:firewall:${id}`,
    name: record.name ?? '',
    stamp: undefined,
    ...state[record.status ?? 'succeeded'],
    attributes: { id },
    live: {
      ...describedRules(record),
      machines: inOrder((record.droplet_ids ?? []).map(String)),
      tags: tagSet(record.tags ?? []),
    },
  }
}
