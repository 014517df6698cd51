import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { badRequest, conflict, notFound, unprocessable } from '../http/errors.ts'
import { listed, page } from '../http/page.ts'
import { type App, list, param } from '../http/validation.ts'
import { useTags } from '../records/tags.ts'
import type { Firewall, FirewallRule, FirewallTargets } from '../records/types.ts'
import { firewallShape } from '../shapes/firewall.ts'

const peers = z
  .object({
    addresses: list(z.string()),
    droplet_ids: list(z.number().int()),
    load_balancer_uids: list(z.string()),
    kubernetes_ids: list(z.string()),
    tags: list(z.string()),
  })
  .transform((all): FirewallTargets => Object.fromEntries(Object.entries(all).filter(([, items]) => items.length)))
const portText = z.union([z.string(), z.number().transform(String)]).default('0')
const rule = { protocol: z.enum(['tcp', 'udp', 'icmp']), ports: portText }
const inbound = z.object({ ...rule, sources: peers }).transform(({ sources, ...rest }) => ({ ...rest, peers: sources }))
const outbound = z
  .object({ ...rule, destinations: peers })
  .transform(({ destinations, ...rest }) => ({ ...rest, peers: destinations }))

const ruleSet = z.object({ inbound_rules: list(inbound), outbound_rules: list(outbound) })
const body = ruleSet.extend({
  name: z.string('must provide a name').regex(/^[a-zA-Z0-9][a-zA-Z0-9.-]*$/, 'invalid firewall name'),
  droplet_ids: list(z.number().int()),
  tags: list(z.string()),
})
const droplets = z.object({ droplet_ids: z.array(z.number().int()) })
const tags = z.object({ tags: z.array(z.string()) })

export function firewallRoutes(app: App, cloud: Cloud): void {
  app.get('/v2/firewalls', async (request) =>
    page(request, 'firewalls', listed(request, cloud.firewalls), firewallShape),
  )

  app.post('/v2/firewalls', { schema: { body } }, async (request, reply) => {
    const wanted = checked(cloud, request.body)
    const firewall = save(cloud, { ...wanted, id: crypto.randomUUID(), createdAt: cloud.clock.now() })
    reply.code(202)
    const pending_changes = firewall.droplets.map((id) => ({ droplet_id: id, removing: false, status: 'waiting' }))
    return { firewall: { ...firewallShape(firewall), status: 'waiting', pending_changes } }
  })

  app.get('/v2/firewalls/:firewall_id', async (request) => ({ firewall: firewallShape(firewallOf(cloud, request)) }))

  app.put('/v2/firewalls/:firewall_id', { schema: { body } }, async (request) => {
    const before = firewallOf(cloud, request)
    return { firewall: firewallShape(save(cloud, { ...before, ...checked(cloud, request.body, before) })) }
  })

  app.delete('/v2/firewalls/:firewall_id', async (request, reply) => {
    cloud.firewalls.remove(firewallOf(cloud, request).id)
    return reply.code(204).send()
  })

  const change = <B>(
    method: 'POST' | 'DELETE',
    part: string,
    schema: z.ZodType<B>,
    apply: (firewall: Firewall, body: B) => Partial<Firewall>,
  ) =>
    app.route({
      method,
      url: `/v2/firewalls/:firewall_id/${part}`,
      schema: { body: schema },
      handler: async (request, reply) => {
        const firewall = firewallOf(cloud, request)
        save(cloud, { ...firewall, ...apply(firewall, request.body as B) })
        return reply.code(204).send()
      },
    })

  change('POST', 'droplets', droplets, (firewall, { droplet_ids }) => {
    refuseUnknown(cloud, droplet_ids)
    return { droplets: [...new Set([...firewall.droplets, ...droplet_ids])] }
  })
  change('DELETE', 'droplets', droplets, (firewall, { droplet_ids }) => ({
    droplets: firewall.droplets.filter((id) => !droplet_ids.includes(id)),
  }))
  change('POST', 'tags', tags, (firewall, { tags }) => ({ tags: useTags(cloud, [...firewall.tags, ...tags]) }))
  change('DELETE', 'tags', tags, (firewall, { tags }) => ({
    tags: firewall.tags.filter((tag) => !tags.some((gone) => gone.toLowerCase() === tag.toLowerCase())),
  }))
  change('POST', 'rules', ruleSet, (firewall, { inbound_rules, outbound_rules }) => ({
    inbound: merge(firewall.inbound, inbound_rules),
    outbound: merge(firewall.outbound, outbound_rules),
  }))
  change('DELETE', 'rules', ruleSet, (firewall, { inbound_rules, outbound_rules }) => ({
    inbound: subtract(firewall.inbound, inbound_rules),
    outbound: subtract(firewall.outbound, outbound_rules),
  }))
}

/** @throws ApiError 404 */
function firewallOf(cloud: Cloud, request: { params: unknown }): Firewall {
  const firewall = cloud.firewalls.get(param(request, 'firewall_id'))
  if (!firewall) throw notFound('firewall not found')
  return firewall
}

function save(cloud: Cloud, firewall: Firewall): Firewall {
  cloud.firewalls.put(firewall)
  return firewall
}

function checked(cloud: Cloud, wanted: z.output<typeof body>, before?: Firewall) {
  const named = [...cloud.firewalls.all()].find(({ name }) => name === wanted.name)
  if (named && named.id !== before?.id) throw conflict('duplicate name')
  if (!wanted.inbound_rules.length && !wanted.outbound_rules.length) throw unprocessable('must have at least one rule')
  refuseUnknown(cloud, wanted.droplet_ids)
  return {
    name: wanted.name,
    inbound: wanted.inbound_rules,
    outbound: wanted.outbound_rules,
    droplets: [...new Set(wanted.droplet_ids)],
    tags: useTags(cloud, wanted.tags),
  }
}

function refuseUnknown(cloud: Cloud, ids: readonly number[]): void {
  const unknown = ids.filter((id) => !cloud.droplets.get(id))
  if (unknown.length) throw badRequest(`droplets not found: ${unknown.join(', ')}`)
}

const key = (rule: FirewallRule): string => JSON.stringify(rule)
const merge = (rules: FirewallRule[], more: FirewallRule[]) => [
  ...new Map([...rules, ...more].map((rule) => [key(rule), rule])).values(),
]
const subtract = (rules: FirewallRule[], less: FirewallRule[]) =>
  rules.filter((rule) => !less.some((gone) => key(gone) === key(rule)))
