import { z } from 'zod'
import { refOr, together } from './values.ts'

const whole = (most: number) => z.int(`0 to ${most}`).min(0, `0 to ${most}`).max(most, `0 to ${most}`)

const needed = {
  A: [],
  AAAA: [],
  CNAME: [],
  TXT: [],
  NS: [],
  MX: ['priority'],
  SRV: ['priority', 'port', 'weight'],
  CAA: ['flags', 'tag'],
} as const satisfies Record<string, readonly ('priority' | 'port' | 'weight' | 'flags' | 'tag')[]>

/** One record of a DNS zone. Every field changes in place except `domain` and `type`. */
export const dnsRecord = z
  .strictObject({
    domain: refOr(z.string().min(3), 'domain.name', 'domain.id').describe('The zone: its name, or a reference to it.'),
    type: z.enum(['A', 'AAAA', 'CNAME', 'TXT', 'NS', 'MX', 'SRV', 'CAA']),
    name: z.string().min(1).default('@').describe('Host within the zone, such as `www`; `@` is the zone itself.'),
    data: refOr(z.string().min(1)).describe('The value, often a reference such as `{"ref": "web1.public_ip"}`.'),
    ttl: z.int().min(30, 'at least 30 seconds').default(1800).describe('Seconds for which others may remember it.'),
    priority: whole(65_535).optional().describe('For MX and SRV: lower comes first.'),
    port: whole(65_535).optional().describe('For SRV.'),
    weight: whole(65_535).optional().describe('For SRV.'),
    flags: whole(255).optional().describe('For CAA.'),
    tag: z.enum(['issue', 'issuewild', 'iodef']).optional().describe('For CAA.'),
  })
  .superRefine((record, context) => {
    for (const field of needed[record.type] ?? [])
      if (record[field] === undefined)
        context.addIssue({ code: 'custom', path: [field], message: `${field}, which ${record.type} records need` })
  }, together())
