import {
  type ChangeRules,
  difference,
  type Json,
  type JsonObject,
  type Observed,
  physicalName,
  type Resolved,
  type ResourceDriver,
  referableAttributes,
  type SpecificationsOf,
  withTargets,
} from '@atlas/core'
import { type Api, bodyOf, type Schema, sent } from './api.ts'
import { removal, unlessBusy } from './errors.ts'
import { orEarlier, withName } from './names.ts'
import { inOrder, present } from './order.ts'
import { pages } from './pages.ts'
import { priceOf } from './price.ts'
import { makeTags } from './tags.ts'
import type { CallContext } from './transport.ts'

type Want = SpecificationsOf<'load_balancer'>

const rules: ChangeRules = {
  fields: {
    vpc: { anyWill: 'absent', replaces: 'it cannot move to another private network' },
    region: { anyWill: 'always' },
  },
}

/** Spreads traffic over machines, named one by one or by a tag. It has no tags of its own; its name is unique. */
export function loadBalancer(api: Api, listLagMs: number): ResourceDriver {
  const all = (signal: AbortSignal | undefined) =>
    pages(async (query) => {
      const answer = await bodyOf(api({ signal }).GET('/v2/load_balancers', { params: { query } }))
      return { items: answer.load_balancers ?? [], total: answer.meta.total ?? 0 }
    })
  const makeTag = async ({ tag }: Want, context: CallContext) => makeTags(api, tag === undefined ? [] : [tag], context)

  return {
    type: 'load_balancer',
    attributes: referableAttributes.load_balancer,
    stamping: 'name',
    holdsData: () => undefined,
    price: priceOf('load_balancer'),
    diff: (want, { live }) => difference(rules, comparable(withTargets(want, live)), live),
    describe: ({ live: { region: _, ...live } }) => ({ specifications: present(live) }),

    async *list({ signal }) {
      for await (const one of all(signal)) yield observe(one)
    },

    async get(id, signal) {
      const params = { path: { lb_id: id } }
      const { load_balancer } = await bodyOf(api({ signal }).GET('/v2/load_balancers/{lb_id}', { params }))
      return observe(sent(load_balancer, 'the load balancer'))
    },

    async create({ identity, region, specifications, gate, signal }) {
      const want = withTargets(specifications) as Want
      await makeTag(want, { gate, signal })
      const name = physicalName(identity)
      const body = described(name, region, want)
      const make = bodyOf(api({ gate, signal }).POST('/v2/load_balancers', { body }))
      return orEarlier(
        make.then(({ load_balancer }) => observe(sent(load_balancer, 'the load balancer'))),
        async () => {
          const found = await withName(all(signal), name)
          return found && observe(found)
        },
        listLagMs,
      )
    },

    async update({ id, name, live }, want, context) {
      await makeTag(want as Want, context)
      const params = { path: { lb_id: id } }
      const body = described(name, String(live.region), withTargets(want, live) as Want)
      await unlessBusy(api(context).PUT('/v2/load_balancers/{lb_id}', { params, body }))
    },

    async remove({ id }, context) {
      const params = { path: { lb_id: id } }
      return removal(api(context).DELETE('/v2/load_balancers/{lb_id}', { params }))
    },
  }
}

function described(name: string, region: string, want: Want): Schema['load_balancer_create'] {
  const { forwarding_rules, health_check: check, sticky_sessions: sticky, machines, tag, vpc } = want
  return {
    name,
    region: region as Schema['region_slug'],
    size_unit: want.nodes,
    forwarding_rules: forwarding_rules.map(({ certificate, ...rule }) => ({
      ...rule,
      ...(certificate !== undefined && { certificate_id: certificate }),
    })),
    health_check: {
      protocol: check.protocol,
      port: check.port,
      ...(check.protocol !== 'tcp' && { path: check.path }),
      check_interval_seconds: check.interval_seconds,
      response_timeout_seconds: check.timeout_seconds,
      unhealthy_threshold: check.unhealthy_threshold,
      healthy_threshold: check.healthy_threshold,
    },
    sticky_sessions: sticky ? { type: 'cookies', ...sticky } : { type: 'none' },
    redirect_http_to_https: want.redirect_http_to_https,
    enable_proxy_protocol: want.proxy_protocol,
    enable_backend_keepalive: want.backend_keepalive,
    http_idle_timeout_seconds: want.idle_timeout_seconds,
    ...(vpc !== undefined && { vpc_uuid: vpc }),
    ...(tag === undefined ? { droplet_ids: (machines ?? []).map(Number) } : { tag }),
  }
}

/** A path is of no use to a TCP check, and the order of rules and machines means nothing. */
function comparable(want: Resolved): JsonObject {
  const { path, ...check } = want.health_check as JsonObject
  return {
    ...want,
    forwarding_rules: inOrder(want.forwarding_rules as Json[]),
    health_check: check.protocol === 'tcp' ? check : { ...check, path: path! },
    ...(typeof want.tag === 'string' && { tag: want.tag.toLowerCase() }),
    ...(want.machines !== undefined && { machines: inOrder(want.machines as Json[]) }),
  }
}

function observe(record: Schema['load_balancer']): Observed {
  const id = sent(record.id, 'an id')
  return {
    id,
    physicalId: `digitalocean:load_balancer:${id}`,
    name: record.name ?? '',
    stamp: undefined,
    ...(record.region?.slug && { region: record.region.slug }),
    ...phaseOf(record),
    attributes: { id, ...(record.ip && { ip: record.ip }) },
    live: live(record),
  }
}

function phaseOf({ status, ip }: Schema['load_balancer']): Pick<Observed, 'phase' | 'reason'> {
  if (status === 'errored') return { phase: 'failed', reason: 'the cloud could not make it' }
  if (status !== 'active') return { phase: 'pending', reason: 'it is being made' }
  return ip ? { phase: 'ready' } : { phase: 'pending', reason: 'it has no address yet' }
}

function live(record: Schema['load_balancer']): JsonObject {
  const { health_check: check = {}, sticky_sessions: sticky, tag, vpc_uuid } = record
  const rules = record.forwarding_rules.map(({ certificate_id, tls_passthrough, ...rule }) => ({
    entry_protocol: rule.entry_protocol,
    entry_port: rule.entry_port,
    target_protocol: rule.target_protocol,
    target_port: rule.target_port,
    tls_passthrough: tls_passthrough === true,
    ...(certificate_id && { certificate: certificate_id }),
  }))
  return {
    region: record.region?.slug ?? '',
    forwarding_rules: inOrder(rules),
    health_check: {
      protocol: check.protocol ?? 'http',
      port: check.port ?? 80,
      ...(check.protocol !== 'tcp' && { path: check.path ?? '/' }),
      interval_seconds: check.check_interval_seconds ?? 10,
      timeout_seconds: check.response_timeout_seconds ?? 5,
      unhealthy_threshold: check.unhealthy_threshold ?? 5,
      healthy_threshold: check.healthy_threshold ?? 3,
    },
    ...(sticky?.type === 'cookies' && {
      sticky_sessions: {
        cookie_name: sticky.cookie_name ?? '',
        cookie_ttl_seconds: sticky.cookie_ttl_seconds ?? 0,
      },
    }),
    ...(tag ? { tag: tag.toLowerCase() } : { machines: inOrder((record.droplet_ids ?? []).map(String)) }),
    nodes: record.size_unit ?? 1,
    redirect_http_to_https: record.redirect_http_to_https === true,
    proxy_protocol: record.enable_proxy_protocol === true,
    backend_keepalive: record.enable_backend_keepalive === true,
    idle_timeout_seconds: record.http_idle_timeout_seconds ?? 60,
    ...(vpc_uuid && { vpc: vpc_uuid }),
  }
}
