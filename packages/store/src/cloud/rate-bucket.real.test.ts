import { expect, test } from 'vitest'
import { databaseOfFile } from '../database.fixture.ts'
import { rateLimiter } from './rate-bucket.ts'

const database = databaseOfFile()

const bucket = async (key: string) => {
  const text = 'select *, paused_until > clock_timestamp() as paused from rate_bucket where key = $1'
  return (await database.connection.pool.query(text, [key])).rows[0]
}

/** How many of so many get a token within the time. */
async function within(ms: number, takes: Promise<void>[]): Promise<number> {
  let got = 0
  for (const take of takes) take.then(() => got++)
  await new Promise((resolve) => setTimeout(resolve, ms))
  return got
}

test('all workers of an account draw from one bucket', async () => {
  const workers = [1, 2, 3].map(() => rateLimiter(database.connection, 'shared', { perMinute: 30, perHour: 3000 }))
  const got = await within(
    600,
    workers.flatMap((worker) => Array.from({ length: 30 }, () => worker.take())),
  )
  expect(got).toBeGreaterThanOrEqual(30 - 3 * 5)
  expect(got).toBeLessThanOrEqual(31)
})

test('an empty bucket fills at its rate, and nobody is forgotten', async () => {
  const limiter = rateLimiter(database.connection, 'slow', { perMinute: 600, perHour: 60_000 })
  const began = performance.now()
  await Promise.all(Array.from({ length: 606 }, () => limiter.take()))
  expect(performance.now() - began).toBeGreaterThan(500)
})

test('a 429 pauses every worker', async () => {
  const [one, other] = [1, 2].map(() => rateLimiter(database.connection, 'paused', { perMinute: 600, perHour: 60_000 }))
  await one!.take()
  one!.observed({ pauseMs: 1500 })
  await expect.poll(() => bucket('paused')).toMatchObject({ paused: true })
  await other!.take()
  expect(await bucket('paused')).toMatchObject({ paused: false })
})

test('what the cloud says is left counts, and so does its limit', async () => {
  const limiter = rateLimiter(database.connection, 'follows', { perMinute: 250, perHour: 5000 })
  await limiter.take()
  limiter.observed({ limit: 100, remaining: 0, resetAt: Date.now() + 60_000 })
  await expect.poll(() => bucket('follows')).toMatchObject({ per_hour: 100, per_minute: 5, hour_tokens: 0 })
  expect(await within(200, [limiter.take()])).toBe(0)
})

test('who stops waiting takes no token with him', async () => {
  const limiter = rateLimiter(database.connection, 'left', { perMinute: 1, perHour: 100 })
  await limiter.take()
  const leaving = new AbortController()
  const waiting = limiter.take(leaving.signal)
  leaving.abort(new Error('left'))
  await expect(waiting).rejects.toThrow('left')
})
