import type { JsonObject } from '@atlas/core'

/** Addresses of administrators in the firewalls of a description: what may reach port 22, but for everybody and references. */
export function adminAddressesIn(description: JsonObject): string[] {
  const found: string[] = []
  changed(description, (addresses) => {
    found.push(...addresses)
    return addresses
  })
  return [...new Set(found)]
}

/** The same description with other addresses in each of these rules. */
export const withAdminAddresses = (
  description: JsonObject,
  change: (addresses: readonly string[]) => readonly string[],
): JsonObject => changed(description, change)

interface Firewall {
  type: string
  specifications: { inbound?: Rule[] }
}
interface Rule {
  protocol?: string
  ports?: string
  sources?: { addresses?: unknown[] }
}

const everybody: readonly unknown[] = ['0.0.0.0/0', '::/0']
const isPerson = (address: unknown): address is string => typeof address === 'string' && !everybody.includes(address)

function changed(description: JsonObject, change: (addresses: readonly string[]) => readonly string[]): JsonObject {
  const resources = (description.resources ?? []) as unknown as Firewall[]
  const next = resources.map((resource) => {
    const { inbound } = resource.specifications
    if (resource.type !== 'firewall' || !inbound) return resource
    return { ...resource, specifications: { ...resource.specifications, inbound: inbound.map(ruleWith(change)) } }
  })
  return { ...description, resources: next as unknown as JsonObject[] }
}

const ruleWith = (change: (addresses: readonly string[]) => readonly string[]) => (rule: Rule) => {
  const addresses = rule.sources?.addresses
  if (rule.protocol !== 'tcp' || rule.ports !== '22' || !addresses?.some(isPerson)) return rule
  const others = addresses.filter((address) => !isPerson(address))
  return { ...rule, sources: { ...rule.sources, addresses: [...change(addresses.filter(isPerson)), ...others] } }
}
