import ipaddr from 'ipaddr.js'

/**
 * Public by their range, yet answered by the cloud's own machinery: Azure's wire server
 * (https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16).
 */
const machinery = new Set(['168.63.129.16'])

/**
 * What an address is that Atlas sends nothing to; `undefined` for a public one. Everything that is not plainly public counts:
 * private, link-local (where clouds keep their metadata), loopback, and the forms of IPv6 that carry such an IPv4 inside.
 */
export function notPublic(address: string): string | undefined {
  const parsed = ipaddr.parse(address)
  const inner = parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress() ? parsed.toIPv4Address() : parsed
  if (machinery.has(inner.toString())) return 'an address of the cloud itself'
  const range = inner.range()
  if (range !== 'unicast') return words[range] ?? `a special address (${range})`
  return inner instanceof ipaddr.IPv6 && !inner.match(globalUnicast) ? 'no public address' : undefined
}

/** All that IPv6 gives out so far; ::127.0.0.1 and other forgotten forms are outside (https://www.iana.org/assignments/ipv6-address-space). */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')

export const isLoopback = (address: string): boolean => ipaddr.process(address).range() === 'loopback'

const words: Partial<Record<string, string>> = {
  private: 'a private address',
  uniqueLocal: 'a private address',
  carrierGradeNat: 'a private address of a provider',
  loopback: 'this computer',
  unspecified: 'this computer',
  linkLocal: 'a link-local address',
}
