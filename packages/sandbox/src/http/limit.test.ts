import { expect, test } from 'vitest'
import { parseRateLimit, rateLimiter } from './limit.ts'

const minute = 60_000

test('an hour slides: what was spent 60 minutes ago is back', () => {
  let now = 1_000 * minute
  const take = rateLimiter({ perHour: 2, perMinute: 100 }, () => now)
  expect(take()).toMatchObject({ limit: 2, remaining: 1 })
  now += 30 * minute
  expect(take()).toMatchObject({ remaining: 0 })
  expect(take()).toMatchObject({ remaining: 0, retryAfter: 30 * 60 })
  now += 30 * minute
  expect(take()).toMatchObject({ remaining: 0 })
  expect(take().retryAfter).toBe(30 * 60)
})

test('a burst is limited by the minute', () => {
  let now = 1_000 * minute + 15_000
  const take = rateLimiter({ perHour: 5000, perMinute: 3 }, () => now)
  for (let times = 0; times < 3; times++) expect(take().retryAfter).toBeUndefined()
  expect(take()).toMatchObject({ remaining: 4997, retryAfter: 45 })
  now += 45_000
  expect(take().retryAfter).toBeUndefined()
})

test('limits are read as DigitalOcean states them', () => {
  expect(parseRateLimit('5000/h,250/min')).toEqual({ perHour: 5000, perMinute: 250 })
  expect(parseRateLimit('off').perHour).toBe(Number.POSITIVE_INFINITY)
  expect(() => parseRateLimit('many')).toThrow('expected for example 5000/h,250/min, or off')
})
