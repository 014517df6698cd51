import { expect, test } from 'vitest'
import type { InboundRule } from '../machines/backend.ts'
import { withSsh } from './firewalls.ts'

const rule = (from: number, to: number, protocol: InboundRule['protocol'] = 'tcp'): InboundRule => ({
  protocol,
  ports: { from, to },
  sources: ['127.0.0.1/32'],
  machines: [],
})

test('where SSH cannot have port 22, whoever may enter there may enter at its own', () => {
  const rules = [rule(22, 22), rule(1, 1024), rule(80, 80), rule(22, 22, 'udp')]
  expect(withSsh(rules, 2222)).toEqual([rules[0], rule(2222, 2222), rules[1], rule(2222, 2222), rules[2], rules[3]])
  expect(withSsh(rules, 22)).toEqual(rules)
})

test('a rule for every port needs no help', () => {
  const { ports: _all, ...every } = rule(1, 1)
  expect(withSsh([every], 2222)).toEqual([every])
})
