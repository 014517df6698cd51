import { AtlasError } from '@atlas/core'
import { expect, test } from 'vitest'
import { GateClosed } from './lease.ts'
import { attempt, backoff, judge, unlessLeft } from './retry.ts'

const uncertain = new AtlasError('cloud_unavailable', 'no answer', { uncertain: true })
const limited = new AtlasError('cloud_rate_limited', 'slow down', { retryAfterMs: 700 })
const refused = new AtlasError('cloud_refused', 'no such size')

test.each([
  ['a closed gate: nothing was sent', new GateClosed(2000), false, 'again'],
  ['a rate limit: the cloud did nothing', limited, true, 'again'],
  ['an unreachable cloud', new AtlasError('cloud_unavailable', 'connection refused'), true, 'again'],
  ['no answer', uncertain, true, 'unknown'],
  ['a refusal', refused, true, 'refused'],
  ['a forbidden call', new AtlasError('cloud_forbidden', 'read only token'), true, 'refused'],
  ['an error nobody named, after the request left', new TypeError('boom'), true, 'unknown'],
  ['an error nobody named, before anything left', new TypeError('boom'), false, 'refused'],
] as const)('%s', (_, error, left, verdict) => {
  expect(judge(error, left)).toBe(verdict)
})

test('a call that fails before its gate was passed was not sent', async () => {
  const closed = () => {
    throw new GateClosed(1600)
  }
  const outcome = await attempt(closed, async (gate) => gate())
  expect(outcome).toMatchObject({ kind: 'again' })
})

test('what the cloud asks to wait is kept', async () => {
  const outcome = await attempt(
    () => {},
    async (gate) => {
      gate()
      throw limited
    },
  )
  expect(outcome).toMatchObject({ kind: 'again', afterMs: 700 })
})

test('a refusal comes out as the cloud said it', async () => {
  await expect(
    attempt(
      () => {},
      () => Promise.reject(refused),
    ),
  ).rejects.toBe(refused)
})

test('waits grow, are spread, and have an end', () => {
  const low = { random: () => 0 }
  const high = { random: () => 1 }
  expect([1, 2, 3].map((tries) => backoff(tries, low))).toEqual([100, 200, 400])
  expect([1, 2, 3].map((tries) => backoff(tries, high))).toEqual([200, 400, 800])
  expect(backoff(1000, high)).toBe(20_000)
})

test('who leaves waits for nothing', async () => {
  const leaving = new AbortController()
  const never = new Promise(() => {})
  const waiting = unlessLeft(never, leaving.signal)
  leaving.abort(new Error('left'))
  await expect(waiting).rejects.toThrow('left')
  await expect(unlessLeft(never, leaving.signal)).rejects.toThrow('left')
})
