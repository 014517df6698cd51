import { expect, test } from 'vitest'
import type { InboundRule } from '../backend.ts'
import { anyoneMayEnter, mayEnter } from './firewall.ts'

const rule = (more: Partial<InboundRule>): InboundRule => ({ protocol: 'tcp', sources: [], machines: [], ...more })

test('no firewall lets everyone in, one without rules no one', () => {
  expect([mayEnter(undefined, 80, '127.0.0.1'), mayEnter([], 80, '127.0.0.1')]).toEqual([true, false])
  expect([anyoneMayEnter(undefined, 80), anyoneMayEnter([], 80)]).toEqual([true, false])
})

test('a rule is for its protocol, its ports and its sources', () => {
  const rules = [rule({ ports: { from: 80, to: 81 }, sources: ['127.0.0.0/30', '2001:db8::1'], machines: [7] })]
  expect(mayEnter(rules, 80, '127.0.0.1')).toBe(true)
  expect(mayEnter(rules, 81, '::ffff:127.0.0.3')).toBe(true)
  expect(mayEnter(rules, 82, '127.0.0.1')).toBe(false)
  expect(mayEnter(rules, 80, '127.0.0.4')).toBe(false)
  expect(mayEnter(rules, 80, '127.0.0.1', 'udp')).toBe(false)
  expect(mayEnter(rules, 80, '2001:db8::1')).toBe(true)
  expect([mayEnter(rules, 80, 7), mayEnter(rules, 80, 8)]).toEqual([true, false])
})

test('a port is shut to this computer when no source lies in its loopback or around it', () => {
  const open = (sources: string[]) => anyoneMayEnter([rule({ sources })], 22)
  expect([['127.0.0.9/32'], ['127.77.0.0/16'], ['0.0.0.0/0']].map(open)).toEqual([true, true, true])
  expect([['203.0.113.5'], ['10.0.0.0/8'], ['::/0'], []].map(open)).toEqual([false, false, false, false])
})
