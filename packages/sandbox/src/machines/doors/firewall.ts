import { BlockList, isIPv6 } from 'node:net'
import type { InboundRule } from '../backend.ts'

/** Absent: no firewall, everything may enter. */
export type Rules = readonly InboundRule[] | undefined

const concerns = (rule: InboundRule, protocol: 'tcp' | 'udp', port: number): boolean =>
  rule.protocol === protocol && (!rule.ports || (rule.ports.from <= port && port <= rule.ports.to))

/** May a connection from this address, or this machine, enter at this port? */
export const mayEnter = (rules: Rules, port: number, from: string | number, protocol: 'tcp' | 'udp' = 'tcp'): boolean =>
  !rules ||
  rules.some(
    (rule) =>
      concerns(rule, protocol, port) &&
      (typeof from === 'number' ? rule.machines.includes(from) : isAmong(rule.sources, from)),
  )

/** Is there anyone on this computer who may enter at this port? Where not, the port need not even shake hands. */
export const anyoneMayEnter = (rules: Rules, port: number): boolean =>
  !rules || rules.some((rule) => concerns(rule, 'tcp', port) && rule.sources.some(reachesLoopback))

export function isAmong(cidrs: readonly string[], address: string): boolean {
  const plain = address.replace(/^::ffff:/, '')
  return listOf(cidrs).check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
}

/** Connections from this computer come from 127.0.0.0/8; a source within it, or around it, lets some of them in. */
const reachesLoopback = (cidr: string): boolean =>
  cidr.startsWith('127.') || (!cidr.includes(':') && isAmong([cidr], '127.0.0.1'))

function listOf(cidrs: readonly string[]): BlockList {
  const list = new BlockList()
  for (const cidr of cidrs) {
    const [address, bits] = cidr.split('/')
    const family = isIPv6(address!) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address!, family)
    else list.addSubnet(address!, Number(bits), family)
  }
  return list
}
