import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { regionOf } from '../data/catalogue.ts'
import { notFound, unprocessable } from '../http/errors.ts'
import { listed, page } from '../http/page.ts'
import { type App, param } from '../http/validation.ts'
import { freeAddress } from '../records/addresses.ts'
import { assign } from '../records/projects.ts'
import type { ForwardingRule, LoadBalancer, Vpc } from '../records/types.ts'
import { defaultVpc } from '../records/vpcs.ts'
import { loadBalancerShape } from '../shapes/load-balancer.ts'
import { body, rule, settingsOf, type Wanted } from './load-balancer-request.ts'

const droplets = z.object({ droplet_ids: z.array(z.number().int()) })
const rules = z.object({ forwarding_rules: z.array(rule).min(1) })

export function loadBalancerRoutes(app: App, cloud: Cloud): void {
  const shape = (balancer: LoadBalancer) => loadBalancerShape(cloud, balancer)

  app.get('/v2/load_balancers', async (request) =>
    page(request, 'load_balancers', listed(request, cloud.loadBalancers), shape),
  )

  app.post('/v2/load_balancers', { schema: { body } }, async (request, reply) => {
    const { region, vpc } = place(cloud, request.body)
    const fresh = {
      ...described(cloud, request.body),
      id: crypto.randomUUID(),
      region,
      vpc: vpc.id,
      address: freeAddress(cloud),
      status: 'new' as const,
      createdAt: cloud.clock.now(),
    }
    const balancer = save(cloud, fresh)
    assign(cloud, `do:loadbalancer:${balancer.id}`, request.body.project_id)
    reply.code(202)
    return { load_balancer: shape(balancer) }
  })

  app.get('/v2/load_balancers/:lb_id', async (request) => ({ load_balancer: shape(balancerOf(cloud, request)) }))

  app.put('/v2/load_balancers/:lb_id', { schema: { body } }, async (request) => {
    const before = balancerOf(cloud, request)
    if (request.body.region && request.body.region !== before.region) throw unprocessable('region is immutable')
    return { load_balancer: shape(save(cloud, { ...before, ...described(cloud, request.body, before) })) }
  })

  app.delete('/v2/load_balancers/:lb_id', async (request, reply) => {
    cloud.loadBalancers.remove(balancerOf(cloud, request).id)
    return reply.code(204).send()
  })

  // Nothing is cached here, so a purge has nothing to do.
  app.delete('/v2/load_balancers/:lb_id/cache', async (request, reply) => {
    balancerOf(cloud, request)
    return reply.code(204).send()
  })

  app.post('/v2/load_balancers/:lb_id/droplets', { schema: { body: droplets } }, async (request, reply) => {
    const balancer = balancerOf(cloud, request)
    if (balancer.tag) throw unprocessable('the load balancer targets a tag, not a list of droplets')
    const ids = known(cloud, request.body.droplet_ids)
    save(cloud, { ...balancer, droplets: [...new Set([...balancer.droplets, ...ids])] })
    return reply.code(204).send()
  })
  app.delete('/v2/load_balancers/:lb_id/droplets', { schema: { body: droplets } }, async (request, reply) => {
    const balancer = balancerOf(cloud, request)
    const gone = request.body.droplet_ids
    save(cloud, { ...balancer, droplets: balancer.droplets.filter((id) => !gone.includes(id)) })
    return reply.code(204).send()
  })

  app.post('/v2/load_balancers/:lb_id/forwarding_rules', { schema: { body: rules } }, async (request, reply) => {
    const balancer = balancerOf(cloud, request)
    save(cloud, { ...balancer, rules: distinct([...balancer.rules, ...request.body.forwarding_rules]) })
    return reply.code(204).send()
  })
  app.delete('/v2/load_balancers/:lb_id/forwarding_rules', { schema: { body: rules } }, async (request, reply) => {
    const balancer = balancerOf(cloud, request)
    const gone = request.body.forwarding_rules
    const kept = balancer.rules.filter((rule) => !gone.some((other) => sameEntry(rule, other)))
    if (!kept.length) throw unprocessable('a load balancer must have at least one forwarding rule')
    save(cloud, { ...balancer, rules: kept })
    return reply.code(204).send()
  })
}

/** @throws ApiError 404 */
function balancerOf(cloud: Cloud, request: { params: unknown }): LoadBalancer {
  const balancer = cloud.loadBalancers.get(param(request, 'lb_id'))
  if (!balancer) throw notFound('load balancer not found')
  return balancer
}

function save(cloud: Cloud, balancer: LoadBalancer): LoadBalancer {
  cloud.loadBalancers.put(balancer)
  if (balancer.status === 'new') cloud.balancers.activate(balancer.id)
  return balancer
}

function place(cloud: Cloud, wanted: Wanted): { region: string; vpc: Vpc } {
  const named = wanted.vpc_uuid ? cloud.vpcs.get(wanted.vpc_uuid) : undefined
  if (wanted.vpc_uuid && !named) throw notFound('vpc not found')
  const slug = wanted.region || named?.region
  if (!slug || !regionOf(slug)?.available) throw unprocessable('region is invalid')
  if (named && named.region !== slug) throw unprocessable('vpc is in another region')
  return { region: slug, vpc: named ?? defaultVpc(cloud, slug) }
}

function described(cloud: Cloud, wanted: Wanted, before?: LoadBalancer) {
  const name = wanted.name ?? before?.name ?? `lb-${crypto.randomUUID().slice(0, 8)}`
  const named = cloud.loadBalancers.first('name', name.toLowerCase())
  if (named && named.id !== before?.id) throw unprocessable('load balancer name must be unique')
  if (wanted.tag && wanted.droplet_ids.length) throw unprocessable('only one of tag and droplet_ids may be given')
  const rules = distinct(wanted.forwarding_rules)
  if (rules.length < wanted.forwarding_rules.length)
    throw unprocessable('forwarding rules must have distinct entry ports')
  return {
    name,
    rules,
    droplets: known(cloud, wanted.droplet_ids),
    tag: wanted.tag ?? '',
    ...settingsOf(wanted, rules),
  }
}

function known(cloud: Cloud, ids: readonly number[]): number[] {
  const unknown = ids.filter((id) => !cloud.droplets.get(id))
  if (unknown.length) throw unprocessable(`droplets not found: ${unknown.join(', ')}`)
  return [...new Set(ids)]
}

const sameEntry = (a: ForwardingRule, b: ForwardingRule): boolean =>
  a.entry_port === b.entry_port && (a.entry_protocol === 'udp') === (b.entry_protocol === 'udp')

const distinct = (rules: readonly ForwardingRule[]): ForwardingRule[] =>
  rules.filter((rule, index) => rules.findIndex((other) => sameEntry(rule, other)) === index)
