import { type ChangeRules, difference, type Observed, type ResourceDriver, referableAttributes } from '@atlas/core'
import { type Api, bodyOf, type Schema, sent } from './api.ts'
import { removal, unlessBusy } from './errors.ts'
import { pages } from './pages.ts'
import { priceOf } from './price.ts'

const rules: ChangeRules = { fields: { region: { anyWill: 'always' } } }

/** A public address that stays while machines come and go. The address is its id; there is no room for a stamp. */
export function reservedIp(api: Api): ResourceDriver {
  return {
    type: 'reserved_ip',
    attributes: referableAttributes.reserved_ip,
    stamping: 'none',
    reusesIds: true,
    holdsData: () => 'the address: it goes to somebody else',
    price: priceOf('reserved_ip'),
    diff: (want, { live }) => difference(rules, want, live),
    describe: ({ live: { machine } }) => ({ specifications: machine === undefined ? {} : { machine } }),

    // Nobody else's leads to our machine. One that is asked for with a machine is assigned a moment after it exists, and
    // locked until then: one that is free all the same was reserved by somebody else.
    matches: ({ specifications: { machine }, region }, { live, phase }) =>
      live.region === region && (live.machine === machine || (live.machine === undefined && phase === 'pending')),

    async *list({ signal }) {
      const addresses = pages(async (query) => {
        const { reserved_ips = [], meta } = await bodyOf(api({ signal }).GET('/v2/reserved_ips', { params: { query } }))
        return { items: reserved_ips, total: meta.total ?? 0 }
      })
      for await (const one of addresses) yield observe(one)
    },

    async get(id, signal) {
      const params = { path: { reserved_ip: id } }
      const { reserved_ip } = await bodyOf(api({ signal }).GET('/v2/reserved_ips/{reserved_ip}', { params }))
      return observe(sent(reserved_ip, 'the address'))
    },

    async create({ specifications: { machine }, region, gate, signal }) {
      const body = machine === undefined ? { region } : { droplet_id: Number(machine) }
      const { reserved_ip } = await bodyOf(api({ gate, signal }).POST('/v2/reserved_ips', { body }))
      return observe(sent(reserved_ip, 'the address'))
    },

    // It can lead from one machine to another at once, without a moment of leading nowhere.
    async update({ id }, { machine }, context) {
      const params = { path: { reserved_ip: id } }
      const body =
        machine === undefined
          ? ({ type: 'unassign' } as const)
          : ({ type: 'assign', droplet_id: Number(machine) } as const)
      await unlessBusy(api(context).POST('/v2/reserved_ips/{reserved_ip}/actions', { params, body }))
    },

    async remove({ id }, context) {
      const params = { path: { reserved_ip: id } }
      return removal(api(context).DELETE('/v2/reserved_ips/{reserved_ip}', { params }))
    },
  }
}

function observe(record: Schema['reserved_ip']): Observed {
  const ip = sent(record.ip, 'an address')
  const machine = record.droplet && 'id' in record.droplet ? record.droplet.id : undefined
  return {
    id: ip,
    physicalId: `digitalocean:reserved_ip:${ip}`,
    name: ip,
    stamp: undefined,
    ...(record.region?.slug && { region: record.region.slug }),
    ...(record.locked ? { phase: 'pending', reason: 'an action is running on it' } : { phase: 'ready' }),
    attributes: { id: ip, ip },
    live: { region: record.region?.slug ?? '', ...(machine !== undefined && { machine: String(machine) }) },
  }
}
