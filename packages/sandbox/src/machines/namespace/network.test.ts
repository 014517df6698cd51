import { expect, test } from 'vitest'
import { cut, firewall, firewallPref, inside, join, type Wire } from './network.ts'

const wire: Wire = { slot: 3, address: '127.77.0.5', privateAddress: '10.10.0.5', vpc: 1 }
const rules = (some: Parameters<typeof firewall>[1]) =>
  firewall(wire, some, (machine) => [`127.77.0.${machine}`, `10.10.0.${machine}`])

test('without a firewall there are no rules', () => {
  expect(rules(undefined)).toEqual([])
})

test('a firewall without rules lets only answers in, at both addresses', () => {
  const lines = rules([])
  expect(lines.filter((line) => line.endsWith('blackhole'))).toEqual([
    'rule add pref 103 to 127.77.0.5 blackhole',
    'rule add pref 103 to 10.10.0.5 blackhole',
  ])
  expect(lines.filter((line) => line.includes('goto'))).toHaveLength(4)
  expect(lines.filter((line) => line.includes('goto')).every((line) => line.includes('dport 32768-60999'))).toBe(true)
})

test('a rule is one line per source and address, before the block ends', () => {
  const lines = rules([
    { protocol: 'tcp', ports: { from: 80, to: 90 }, sources: ['10.0.0.0/8', '2001:db8::/32'], machines: [7] },
  ])
  expect(lines.filter((line) => line.includes('80-90'))).toEqual(
    ['127.77.0.5', '10.10.0.5'].flatMap((to) =>
      ['10.0.0.0/8', '127.77.0.7', '10.10.0.7'].map(
        (from) => `rule add pref 103 to ${to} from ${from} ipproto tcp dport 80-90 goto 20000`,
      ),
    ),
  )
  expect(lines.at(-1)).toMatch(/blackhole$/)
})

test('everyone needs no source, all ports no range, icmp has none', () => {
  expect(rules([{ protocol: 'udp', sources: ['0.0.0.0/0', '::/0'], machines: [] }])).toContain(
    'rule add pref 103 to 127.77.0.5 ipproto udp goto 20000',
  )
  expect(rules([{ protocol: 'icmp', ports: { from: 1, to: 2 }, sources: ['0.0.0.0/0'], machines: [] }])).toContain(
    'rule add pref 103 to 10.10.0.5 ipproto icmp goto 20000',
  )
})

test('machines of different VPCs are looked up in different tables', () => {
  const table = (vpc: number) =>
    join({ ...wire, vpc }, 42, 22).find((line) => line.startsWith('rule add') && !line.includes('dport'))
  expect(table(1)).not.toBe(table(2))
})

test('a machine without a private address has one link only', () => {
  const alone = { ...wire, privateAddress: '' }
  expect(
    [...join(alone, 42, 22), ...inside(alone), ...cut(alone, true)].filter((line) => /eth1|p3/.test(line)),
  ).toEqual([])
})

test('the firewalls of two machines have blocks of their own', () => {
  expect(firewallPref(wire)).not.toBe(firewallPref({ ...wire, slot: 4 }))
})
