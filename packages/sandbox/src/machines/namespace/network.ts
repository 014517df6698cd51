import type { InboundRule } from '../backend.ts'
import { shellLine } from '../words.ts'

/*
 * The network of the machines, as lines for `ip -batch`. One network namespace, the cloud's, is the router between them;
 * it belongs to us, so all of this needs no root:
 *
 *   machine a: eth0 127.77.0.5 ── e1 ┐         ┌ e2 ── eth0 127.77.0.6 :machine b
 *              eth1 10.10.0.5  ── p1 ┴ router ─┴ p2 ── eth1 10.10.0.6
 *
 * 127.77/16 is routed like any public network (route_localnet lets it). Private addresses are looked up in a table of
 * the machine's VPC, so other VPCs are not there. Connections to port 22 end at the router itself, where the SSH servers
 * of all machines listen; so do those to an address of 127.77/16 that is no machine's (neighbours.ts). A firewall is a block of rules before all that; it keeps no state, so what answers is let in by its
 * port: replies go to 32768 and above, the kernel's own range for them.
 */

export interface Wire {
  /** A small number of its own: names the links and the block of firewall rules. */
  slot: number
  address: string
  privateAddress: string
  /** Number of the machine's VPC. */
  vpc: number
}

/** This computer, as machines see it. */
export const gateway = '169.254.169.1'
const privateGateway = '169.254.169.2'
export const metadataAddress = '169.254.169.254'

const publicTable = 100
const allPrivateTable = 101
const vpcTable = ({ vpc }: Wire): number => 1000 + 2 * vpc
const vpcSshTable = ({ vpc }: Wire): number => 1001 + 2 * vpc

const allowed = 20_000
const routing = 20_010
const local = 25_000

/** Kernel switches that the router and every machine need; relative to /proc/sys/net/ipv4. */
export const switches: readonly (readonly [string, string])[] = [
  ...['rp_filter', 'arp_ignore', 'send_redirects', 'accept_redirects'].map((name) => [name, '0'] as const),
  ['route_localnet', '1'] as const,
].flatMap(([name, value]) => [[`conf/all/${name}`, value] as const, [`conf/default/${name}`, value] as const])

export const routerSwitches: readonly (readonly [string, string])[] = [...switches, ['ip_forward', '1']]

/** The router before any machine is there. Its own addresses are looked up last, as it lends machines' addresses to their SSH servers. */
export const router = (sshPort: number): string[] => [
  'link set lo up',
  ...[gateway, privateGateway, metadataAddress].map((address) => `addr add ${address}/32 dev lo`),
  'route del local 127.0.0.0/8 dev lo table local',
  'route add local 127.77.0.0/16 dev lo table local',
  `rule add pref ${local} lookup local`,
  'rule del pref 0',
  `rule add pref 10 iif lo to 127.77.0.0/16 lookup ${publicTable}`,
  `rule add pref 11 iif lo lookup ${allPrivateTable}`,
  `rule add pref ${allowed} nop`,
  `rule add pref 12 iif lo goto ${allowed + 4900}`,
  `rule add pref ${allowed + 1} to 127.77.0.0/16 ipproto tcp dport ${sshPort} lookup local`,
  `rule add pref ${allowed + 2} to 127.77.0.0/16 lookup ${publicTable}`,
  `rule add pref ${allowed + 3} to 127.77.0.0/16 lookup local`,
  `rule add pref ${allowed + 4000} to 169.254.169.0/24 lookup local`,
  `rule add pref ${allowed + 4500} blackhole`,
  `rule add pref ${allowed + 4900} nop`,
]

/** Joins a machine, whose first process is `pid`, to the router. */
export const join = (wire: Wire, pid: number, sshPort: number): string[] => {
  const { slot, address, privateAddress } = wire
  const pub = [
    `link add e${slot} type veth peer name eth0 netns ${pid}`,
    `link set e${slot} up`,
    `route replace ${address}/32 dev e${slot} table ${publicTable} src ${gateway}`,
  ]
  if (!privateAddress) return pub
  return [
    ...pub,
    `link add p${slot} type veth peer name eth1 netns ${pid}`,
    `link set p${slot} up`,
    `route replace ${privateAddress}/32 dev p${slot} table ${vpcTable(wire)}`,
    `route replace ${privateAddress}/32 dev p${slot} table ${allPrivateTable}`,
    `route replace local ${privateAddress}/32 dev lo table ${vpcSshTable(wire)}`,
    `route replace local ${privateAddress}/32 dev lo table local`,
    `rule add pref ${routing + 1} iif p${slot} ipproto tcp dport ${sshPort} lookup ${vpcSshTable(wire)}`,
    `rule add pref ${routing + 2} iif p${slot} lookup ${vpcTable(wire)}`,
  ]
}

/** Undoes `join`; the links themselves go with the machine. Lines may fail where something is gone already. */
export const part = (wire: Wire, sshPort: number): string[] => {
  const { slot, privateAddress } = wire
  return [
    ...(privateAddress
      ? [
          `rule del pref ${routing + 1} iif p${slot} ipproto tcp dport ${sshPort} lookup ${vpcSshTable(wire)}`,
          `rule del pref ${routing + 2} iif p${slot} lookup ${vpcTable(wire)}`,
          `route del local ${privateAddress}/32 dev lo table ${vpcSshTable(wire)}`,
          `route del local ${privateAddress}/32 dev lo table local`,
        ]
      : []),
    `link del e${slot}`,
    ...(privateAddress ? [`link del p${slot}`] : []),
  ]
}

/** The machine's own side. Every private network (RFC 1918) is reached by the private link, all else by the public one. */
export const inside = ({ address, privateAddress }: Wire): string[] => [
  'link set lo up',
  'link set eth0 up',
  `addr add ${address}/32 dev eth0`,
  `route add ${gateway}/32 dev eth0 src ${address}`,
  `route add default via ${gateway} dev eth0 src ${address}`,
  `route add 127.77.0.0/16 via ${gateway} dev eth0 src ${address} table local`,
  ...(privateAddress
    ? [
        'link set eth1 up',
        `addr add ${privateAddress}/32 dev eth1`,
        `route add ${privateGateway}/32 dev eth1 src ${privateAddress}`,
        ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map(
          (network) => `route add ${network} via ${privateGateway} dev eth1 src ${privateAddress}`,
        ),
      ]
    : []),
]

/** Lets nothing through to or from a machine any more, or again; its links and routes stay. */
export const cut = ({ slot, address, privateAddress }: Wire, isCut: boolean): string[] => {
  const matches = [`iif e${slot}`, `to ${address}`, ...(privateAddress ? [`iif p${slot}`, `to ${privateAddress}`] : [])]
  return matches.map((match) => `rule ${isCut ? 'add' : 'del'} pref 5 ${match} blackhole`)
}

/** The rules of one machine's firewall between machines; `addressesOf` gives a machine's own addresses. */
export function firewall(
  wire: Wire,
  rules: readonly InboundRule[] | undefined,
  addressesOf: (machine: number) => readonly string[],
): string[] {
  if (!rules) return []
  const targets = [wire.address, wire.privateAddress].filter(Boolean)
  const pref = firewallPref(wire)
  const add = (to: string, words: readonly string[]) => `rule add pref ${pref} to ${to} ${words.join(' ')}`
  return targets.flatMap((to) => [
    ...rules.flatMap((rule) =>
      sources(rule, addressesOf).map((from) => add(to, [...from, ...matching(rule), `goto ${allowed}`])),
    ),
    ...['tcp', 'udp'].map((protocol) => add(to, ['ipproto', protocol, 'dport 32768-60999', `goto ${allowed}`])),
    add(to, ['blackhole']),
  ])
}

export const firewallPref = ({ slot }: Wire): number => 100 + slot

const matching = ({ protocol, ports }: InboundRule): string[] =>
  protocol === 'icmp' || !ports ? ['ipproto', protocol] : ['ipproto', protocol, 'dport', `${ports.from}-${ports.to}`]

function sources(rule: InboundRule, addressesOf: (machine: number) => readonly string[]): string[][] {
  const cidrs = rule.sources.filter((cidr) => !cidr.includes(':'))
  if (cidrs.some((cidr) => cidr.endsWith('/0'))) return [[]]
  return [...cidrs, ...rule.machines.flatMap(addressesOf)].map((from) => ['from', from])
}

/** `ip -batch` reads lines as it would read words: nothing in them may be more than one. */
export const batch = (lines: readonly string[]): string => `${lines.join('\n')}\n`

/** A line of shell that sets kernel switches. */
export const setSwitches = (some: readonly (readonly [string, string])[]): string =>
  some.map(([name, value]) => `echo ${shellLine([value])} > /proc/sys/net/ipv4/${name}`).join('; ')
