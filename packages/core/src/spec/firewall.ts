import { z } from 'zod'
import { address, idOf, refOr, tag, together } from './values.ts'

const peers = z
  .strictObject({
    addresses: z
      .array(refOr(address))
      .default([])
      .describe('IP addresses or CIDRs; `0.0.0.0/0` and `::/0` are everybody.'),
    machines: z.array(idOf('machine')).default([]),
    load_balancers: z.array(idOf('load_balancer')).default([]),
    tags: z.array(refOr(tag)).default([]).describe('Machines with one of these tags.'),
  })
  .refine(
    (all) => [all.addresses, all.machines, all.load_balancers, all.tags].some((some) => some?.length > 0),
    together('at least one address, machine, load balancer or tag'),
  )

const portRange = /^(?:all|\d{1,5}|\d{1,5}-\d{1,5})$/

const isPortRange = (text: string) => {
  if (!portRange.test(text)) return false
  if (text === 'all') return true
  const [from = 0, to = from] = text.split('-').map(Number)
  return from >= 1 && from <= to && to <= 65_535
}

const ports = z
  .string('a port, a range such as 8000-9000, or all, in quotes')
  .refine(isPortRange, 'a port, a range such as 8000-9000, or all')
  .optional()
  .describe('A port (`"22"`), a range (`"8000-9000"`) or `"all"`. Needed for tcp and udp; icmp has none.')

const protocol = z.enum(['tcp', 'udp', 'icmp'])

const portsFitProtocol = (rule: { protocol: string; ports?: string | undefined }) =>
  (rule.ports === undefined) === (rule.protocol === 'icmp')

const portsError = together('ports for tcp and udp, none for icmp', ['ports'])

const inboundRule = z
  .strictObject({ protocol, ports, sources: peers.describe('Who may connect.') })
  .refine(portsFitProtocol, portsError)

const outboundRule = z
  .strictObject({ protocol, ports, destinations: peers.describe('Who may be reached.') })
  .refine(portsFitProtocol, portsError)

const everybody = { destinations: { addresses: ['0.0.0.0/0', '::/0'] } }

/** What may reach machines, and what they may reach: all that no rule allows is dropped. Every field changes in place. */
export const firewall = z.strictObject({
  inbound: z.array(inboundRule).default([]).describe('Allowed towards the machines; nothing where empty.'),
  outbound: z
    .array(outboundRule)
    .prefault([
      { protocol: 'tcp', ports: 'all', ...everybody },
      { protocol: 'udp', ports: 'all', ...everybody },
      { protocol: 'icmp', ...everybody },
    ])
    .describe('Allowed from the machines. Everything where absent, nothing where empty.'),
  machines: z
    .array(idOf('machine'))
    .max(10, 'at most 10 machines (the limit of DigitalOcean); name more by a tag')
    .default([])
    .describe('The machines it protects, besides those named by `tags`.'),
  tags: z
    .array(refOr(tag))
    .max(5, 'at most 5 tags (the limit of DigitalOcean)')
    .default([])
    .describe('It protects every machine with one of these tags, from the moment the machine exists.'),
})
