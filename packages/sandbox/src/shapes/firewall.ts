import { iso } from '../clock.ts'
import type { Firewall, FirewallRule } from '../records/types.ts'

export function firewallShape(firewall: Firewall) {
  const rules = (list: readonly FirewallRule[], side: 'sources' | 'destinations') =>
    list.map(({ protocol, ports, peers }) => ({ protocol, ports, [side]: peers }))
  return {
    id: firewall.id,
    name: firewall.name,
    status: 'succeeded',
    inbound_rules: rules(firewall.inbound, 'sources'),
    outbound_rules: rules(firewall.outbound, 'destinations'),
    created_at: iso(firewall.createdAt),
    droplet_ids: firewall.droplets,
    tags: firewall.tags,
    pending_changes: [],
  }
}
