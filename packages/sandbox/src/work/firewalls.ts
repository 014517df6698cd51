import type { CloudParts } from '../cloud.ts'
import type { InboundRule } from '../machines/backend.ts'
import { hasTag } from '../records/tags.ts'
import type { Droplet, Firewall, FirewallRule } from '../records/types.ts'

/** The firewalls in force for a droplet, by its number or its tags. */
export function firewallsOf(cloud: CloudParts, droplet: Droplet): Firewall[] {
  return [...cloud.firewalls.all()].filter(
    ({ droplets, tags }) => droplets.includes(droplet.id) || tags.some((tag) => hasTag(droplet, tag)),
  )
}

/** What a droplet lets in: the union of its firewalls' rules, `undefined` where no firewall guards it. */
export function inboundRules(cloud: CloudParts, droplet: Droplet): InboundRule[] | undefined {
  const firewalls = firewallsOf(cloud, droplet)
  if (!firewalls.length) return undefined
  const rules = firewalls.flatMap((firewall) => firewall.inbound.map((rule) => resolve(cloud, rule)))
  return withSsh(rules, cloud.options.sshPort)
}

/** Whom a rule lets in at 22 it lets in at SSH, also where an ordinary user's machines must listen for it elsewhere. */
export function withSsh(rules: readonly InboundRule[], sshPort: number): InboundRule[] {
  const ssh = { from: sshPort, to: sshPort }
  return rules.flatMap((rule) => {
    const covers = rule.protocol === 'tcp' && rule.ports && rule.ports.from <= 22 && rule.ports.to >= 22
    return covers && sshPort !== 22 ? [rule, { ...rule, ports: ssh }] : [rule]
  })
}

function resolve(cloud: CloudParts, { protocol, ports, peers }: FirewallRule): InboundRule {
  const tagged = (peers.tags ?? []).flatMap((tag) => cloud.droplets.by('tag', tag.toLowerCase()))
  const machines = new Set([...(peers.droplet_ids ?? []), ...tagged.map(({ id }) => id)])
  const balancers = (peers.load_balancer_uids ?? []).flatMap((id) => cloud.loadBalancers.get(id) ?? [])
  const sources = [...(peers.addresses ?? []), ...balancers.map(({ address }) => `${address}/32`)]
  const range = portRange(ports)
  return { protocol, ...(range && { ports: range }), sources, machines: [...machines] }
}

/** `22` or `8000-9000`; `0`, `all` and an empty text are every port. */
export function portRange(ports: string): { from: number; to: number } | undefined {
  const match = /^(\d+)(?:-(\d+))?$/.exec(ports)
  if (!match || ports === '0') return undefined
  return { from: Number(match[1]), to: Number(match[2] ?? match[1]) }
}

/**
 * Keeps the rules of every machine in force: any change of firewalls, droplets, tags or load balancers may concern any
 * of them. Changes of one moment are applied together, and only where the outcome differs.
 */
export interface FirewallKeeper {
  /** For a machine that has just been made, before it is powered on. */
  guard(droplet: Droplet): Promise<void>
}

export function keepFirewalls(cloud: CloudParts): FirewallKeeper {
  if (cloud.backend.name === 'none') return { guard: async () => {} }
  const inForce = new Map<number, string>()
  let due = false

  async function guard(droplet: Droplet): Promise<void> {
    const rules = inboundRules(cloud, droplet)
    const text = JSON.stringify(rules ?? null)
    if (inForce.get(droplet.id) === text) return
    await cloud.backend.setFirewall(droplet.id, rules)
    inForce.set(droplet.id, text)
  }

  async function guardAll(): Promise<void> {
    due = false
    for (const { id } of [...cloud.droplets.all()]) {
      const droplet = cloud.droplets.get(id)
      if (droplet && inForce.has(id)) await guard(droplet)
    }
  }

  const changed = () => {
    if (due) return
    due = true
    cloud.background.start('firewalls', guardAll)
  }
  cloud.droplets.watch((id, droplet) => {
    if (!droplet) inForce.delete(id)
    changed()
  })
  cloud.firewalls.watch(changed)
  cloud.loadBalancers.watch(changed)
  return { guard }
}
