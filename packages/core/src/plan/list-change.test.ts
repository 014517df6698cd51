import { expect, test } from 'vitest'
import { listChange } from './list-change.ts'

const ssh = (...addresses: string[]) => ({ protocol: 'tcp', ports: '22', sources: { addresses } })
const web = { protocol: 'tcp', ports: '443', sources: { addresses: ['0.0.0.0/0', '::/0'] } }

test('entries that come and go are told', () => {
  expect(listChange(['a', 'b'], ['b', 'c'])).toBe('+ c, - a')
  expect(listChange([], [web])).toBe('+ tcp 443 0.0.0.0/0 ::/0')
  expect(listChange([ssh('203.0.113.7/32'), web], [web])).toBe('- tcp 22 203.0.113.7/32')
})

test('of an entry that stays, what of it is another', () => {
  expect(listChange([web, ssh('203.0.113.7/32')], [web, ssh('203.0.113.7/32', '203.0.113.9/32')])).toBe(
    'tcp 22 sources addresses + 203.0.113.9/32',
  )
  expect(listChange([web], [{ ...web, ports: '80' }])).toBe('tcp ports 443 → 80')
})

test('the same in another order, and very much, are told in few words', () => {
  expect(listChange(['a', 'b'], ['b', 'a'])).toBe('another order')
  const many = Array.from({ length: 20 }, (_, n) => `10.0.0.${n}`)
  expect(listChange([], many)).toBe('+ 10.0.0.0, + 10.0.0.1, + 10.0.0.2, + 10.0.0.3, + 10.0.0.4, + 10.0.0.5, 14 more')
  expect(listChange([], ['x'.repeat(200)])).toHaveLength(82)
})
