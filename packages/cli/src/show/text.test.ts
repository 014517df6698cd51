import { expect, test } from 'vitest'
import { ago, duration, harmless, money, moneyChange, plural } from './text.ts'

test('money is in dollars and cents, and an unknown price is not zero', () => {
  expect([money(6), money(1234.5), money(null)]).toEqual(['$6.00', '$1234.50', '–'])
  expect([moneyChange(24), moneyChange(-6), moneyChange(0)]).toEqual(['+$24.00', '-$6.00', '±$0.00'])
})

test.each([
  [0, '0.0 s'],
  [9_949, '9.9 s'],
  [59_400, '59 s'],
  [185_000, '3 min 5 s'],
])('%d ms is %s', (ms, text) => expect(duration(ms)).toBe(text))

test.each([
  ['2026-11-20T11:59:48.000Z', '12 s ago'],
  ['2026-11-20T11:01:00.000Z', '59 min ago'],
  ['2026-11-20T09:00:00.000Z', '3 h ago'],
  ['2026-11-10T12:00:00.000Z', '10 d ago'],
  ['2026-11-20T12:00:05.000Z', '0 s ago'],
])('%s is %s', (iso, text) => expect(ago(iso, Date.parse('2026-11-20T12:00:00.000Z'))).toBe(text))

test('one is one and two are many', () => {
  expect([plural(1, 'step'), plural(0, 'step'), plural(2, 'infrastructure', 'infrastructures')]).toEqual([
    '1 step',
    '0 steps',
    '2 infrastructures',
  ])
})

test('a name from elsewhere cannot move the cursor or change colours', () => {
  expect(harmless('web\u001b[2J1\u0007')).toBe('web�[2J1�')
})
