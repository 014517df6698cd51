import { expect, test } from 'vitest'
import { limiter } from './limits.mjs'

test('twice as many as a second allows may come at once, then as many as it allows', () => {
  const begin = limiter({ requestsPerSecond: 10, connections: 1000 })
  const asked = (count: number, now: number) =>
    Array.from({ length: count }, () => begin('10.0.0.9', now)).filter(Boolean).length
  expect(asked(100, 0)).toBe(21)
  expect(asked(100, 500)).toBe(5)
  expect(asked(100, 60_000)).toBe(21)
  expect(begin('10.0.0.8', 60_000)).toBeDefined()
})

test('so many at the same time, until one has ended', () => {
  const begin = limiter({ requestsPerSecond: 100, connections: 2 })
  const first = begin('10.0.0.9', 0)
  expect(begin('10.0.0.9', 0)).toBeDefined()
  expect(begin('10.0.0.9', 0)).toBeUndefined()
  expect(begin('10.0.0.8', 0)).toBeDefined()
  first?.()
  expect(begin('10.0.0.9', 0)).toBeDefined()
})
