import type { Cloud } from '../cloud.ts'
import type { InboundRule } from '../machines/backend.ts'
import { hasTag } from '../records/tags.ts'
import type { Droplet, Firewall, FirewallRule } from '../records/types.ts'

/** The firewalls in force for a droplet, by its number or its tags. */
export function firewallsOf(cloud: Cloud, droplet: Droplet): Firewall[] {
  return [...cloud.firewalls.all()].filter(
    ({ droplets, tags }) => droplets.includes(droplet.id) || tags.some((tag) => hasTag(droplet, tag)),
  )
}

/** What a droplet lets in: the union of its firewalls' rules, `undefined` where no firewall guards it. */
export function inboundRules(cloud: Cloud, droplet: Droplet): InboundRule[] | undefined {
  const firewalls = firewallsOf(cloud, droplet)
  if (!firewalls.length) return undefined
  return firewalls.flatMap((firewall) => firewall.inbound.map((rule) => resolve(cloud, rule)))
}

function resolve(cloud: Cloud, { protocol, ports, peers }: FirewallRule): InboundRule {
  const tagged = (peers.tags ?? []).flatMap((tag) => cloud.droplets.by('tag', tag.toLowerCase()))
  const machines = new Set([...(peers.droplet_ids ?? []), ...tagged.map(({ id }) => id)])
  const range = portRange(ports)
  return { protocol, ...(range && { ports: range }), sources: peers.addresses ?? [], machines: [...machines] }
}

/** `22` or `8000-9000`; `0`, `all` and an empty text are every port. */
export function portRange(ports: string): { from: number; to: number } | undefined {
  const match = /^(\d+)(?:-(\d+))?$/.exec(ports)
  if (!match || ports === '0') return undefined
  return { from: Number(match[1]), to: Number(match[2] ?? match[1]) }
}

const applied = new WeakMap<Cloud, Map<number, string>>()

/**
 * Brings the rules of every machine in force: after any change of firewalls, droplets or tags, which may concern any
 * of them. Changes of one moment are applied together, and only where the outcome differs.
 */
export function applyFirewalls(cloud: Cloud): void {
  if (!cloud.backend.effects.firewall) return
  cloud.background.start('firewalls', async () => {
    const last = applied.get(cloud) ?? new Map<number, string>()
    applied.set(cloud, last)
    for (const droplet of cloud.droplets.all()) {
      const rules = inboundRules(cloud, droplet)
      const text = JSON.stringify(rules ?? null)
      if ((last.get(droplet.id) ?? 'null') === text) continue
      await cloud.backend.setFirewall(droplet.id, rules)
      last.set(droplet.id, text)
    }
  })
}
