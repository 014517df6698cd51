import { difference } from '@atlas/core'
import { expect, test } from 'vitest'
import { cloudRules, comparableRules, describedRules, tagsNamed } from './firewall-rules.ts'

const nobody = { addresses: [], machines: [], load_balancers: [], tags: [] }
const want = {
  inbound: [
    { protocol: 'tcp' as const, ports: '22', sources: { ...nobody, addresses: ['203.0.113.7/32', '198.51.100.0/24'] } },
    { protocol: 'icmp' as const, sources: { ...nobody, machines: ['42'], tags: ['ops'] } },
  ],
  outbound: [{ protocol: 'udp' as const, ports: 'all', destinations: { ...nobody, load_balancers: ['lb'] } }],
  machines: [],
  tags: ['web'],
}

test('rules are told in the cloud’s words: "0" for all ports and for none, ids as numbers', () => {
  expect(cloudRules(want)).toEqual({
    inbound_rules: [
      { protocol: 'tcp', ports: '22', sources: { addresses: ['203.0.113.7/32', '198.51.100.0/24'] } },
      { protocol: 'icmp', ports: '0', sources: { droplet_ids: [42], tags: ['ops'] } },
    ],
    outbound_rules: [{ protocol: 'udp', ports: '0', destinations: { load_balancer_uids: ['lb'] } }],
  })
})

test('what the cloud gives back is as described, in whatever order and spelling it comes', () => {
  const { inbound_rules, outbound_rules } = cloudRules(want)
  const [ssh, ping] = inbound_rules!
  const given = { ...ssh!, sources: { addresses: ['198.51.100.0/24', '203.0.113.7'] } }
  const there = { ...describedRules({ inbound_rules: [ping!, given], outbound_rules }), machines: [], tags: ['web'] }
  expect(difference({ fields: {} }, comparableRules(want), there)).toEqual({ kind: 'unchanged' })
})

test('every tag that is named is known beforehand, once', () => {
  expect(tagsNamed(want)).toEqual(['web', 'ops'])
})
