import { expect, test } from 'vitest'
import { retryMs } from './schedule.ts'

const minutes = (ms: number | undefined) => ms && Math.round(ms / 60_000)

test('it waits longer each time, for about a day, and then gives up', () => {
  const waits = Array.from({ length: 11 }, (_, n) => retryMs(n + 1, 0.5))
  expect(waits.slice(0, 3)).toEqual([5000, 20_000, 80_000])
  expect(waits.map(minutes).slice(3)).toEqual([5, 21, 85, 341, 360, 360, 360, undefined])
  const day = waits.reduce<number>((sum, ms) => sum + (ms ?? 0), 0)
  expect(minutes(day)).toBe(1535)
})

test('chance moves a wait by a fifth at most', () => {
  expect([retryMs(1, 0), retryMs(1, 1)]).toEqual([4000, 6000])
})

test('what the endpoint asks for is heeded, but not for ever', () => {
  expect(retryMs(1, 0.5, 60_000)).toBe(60_000)
  expect(retryMs(1, 0.5, 1e12)).toBe(6 * 3_600_000)
})
