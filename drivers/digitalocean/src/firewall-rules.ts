import type { Json, JsonObject, Resolved, SpecificationsOf } from '@atlas/core'
import type { Schema } from './api.ts'
import { inOrder, tagSet } from './order.ts'

type Want = SpecificationsOf<'firewall'>
type Peers = Want['inbound'][number]['sources']
type Target = Schema['firewall_rule_target']

/** The cloud's words for a description. */
export function cloudRules({ inbound, outbound }: Want): Required<Schema['firewall_rules']> {
  return {
    inbound_rules: inbound.map(({ sources, ...rule }) => ({ ...traffic(rule), sources: target(sources) })),
    outbound_rules: outbound.map(({ destinations, ...rule }) => ({
      ...traffic(rule),
      destinations: target(destinations),
    })),
  }
}

/** Every tag that the rules or the firewall itself name: they must exist before it does. */
export function tagsNamed({ inbound, outbound, tags }: Want): string[] {
  const peers = [...inbound.map(({ sources }) => sources), ...outbound.map(({ destinations }) => destinations)]
  return [...new Set([...tags, ...peers.flatMap((one) => one.tags)])]
}

/** The API says "0" for all ports, and for ICMP, which has none. */
const traffic = ({ protocol, ports }: { protocol: 'tcp' | 'udp' | 'icmp'; ports?: string | undefined }) => ({
  protocol,
  ports: ports === undefined || ports === 'all' ? '0' : ports,
})

const target = ({ addresses, machines, load_balancers, tags }: Peers): Target => ({
  ...(addresses.length > 0 && { addresses }),
  ...(machines.length > 0 && { droplet_ids: machines.map(Number) }),
  ...(load_balancers.length > 0 && { load_balancer_uids: load_balancers }),
  ...(tags.length > 0 && { tags }),
})

/** The description's words for what the cloud has, in the form in which both are compared. */
export const describedRules = ({ inbound_rules, outbound_rules }: Schema['firewall_rules']): JsonObject => ({
  inbound: inOrder((inbound_rules ?? []).map(({ sources, ...rule }) => ({ ...seen(rule), sources: peers(sources) }))),
  outbound: inOrder(
    (outbound_rules ?? []).map(({ destinations, ...rule }) => ({ ...seen(rule), destinations: peers(destinations) })),
  ),
})

const seen = ({ protocol, ports }: Schema['firewall_rule_base']): JsonObject =>
  protocol === 'icmp' ? { protocol } : { protocol, ports: ['0', 'all', ''].includes(ports) ? 'all' : ports }

const peers = ({ addresses, droplet_ids, load_balancer_uids, tags }: Target): JsonObject => ({
  addresses: inOrder((addresses ?? []).map(plain)),
  machines: inOrder((droplet_ids ?? []).map(String)),
  load_balancers: inOrder(load_balancer_uids ?? []),
  tags: tagSet(tags ?? []),
})

/** Rules and their peers are sets: their order means nothing. */
export function comparableRules(want: Resolved): JsonObject {
  const sorted = (rules: Json | undefined, side: 'sources' | 'destinations') =>
    inOrder((rules as JsonObject[]).map((rule) => ({ ...rule, [side]: sets(rule[side] as JsonObject) })))
  return {
    inbound: sorted(want.inbound, 'sources'),
    outbound: sorted(want.outbound, 'destinations'),
    machines: inOrder(want.machines as Json[]),
    tags: tagSet(want.tags),
  }
}

const sets = (all: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(all).map(([kind, some]) => [
      kind,
      kind === 'tags' ? tagSet(some) : inOrder((some as Json[]).map(plain)),
    ]),
  )

/** One address is the network of one address. */
const plain = <T extends Json>(address: T): T =>
  (typeof address === 'string' ? address.replace(/(?<=\.\d+)\/32$|(?<=:.*)\/128$/, '') : address) as T
