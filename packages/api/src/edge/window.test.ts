import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Counted, moveTo, standing, windowOf } from './window.ts'

const rate = { requests: 10, seconds: 60 }
const fresh: Counted = { window: 0, now: 0, before: 0 }

test('the first request leaves one less than the limit', () => {
  expect(standing(fresh, rate, 0)).toEqual({ allowed: true, remaining: 9, resetSeconds: 60 })
})

test('one beyond the limit is refused until the window ends', () => {
  expect(standing({ ...fresh, now: 10 }, rate, 15_000)).toEqual({ allowed: false, remaining: 0, resetSeconds: 45 })
})

test('what was asked in the window before counts for as long as it lies within the time', () => {
  const later = moveTo({ ...fresh, now: 10 }, 1)
  expect(later).toEqual({ window: 1, now: 0, before: 10 })
  expect(standing(later, rate, 60_000)).toMatchObject({ allowed: false, resetSeconds: 6 })
  expect(standing(later, rate, 66_000)).toMatchObject({ allowed: true, remaining: 0 })
  expect(standing(later, rate, 90_000)).toMatchObject({ allowed: true, remaining: 4 })
})

test('what is older than one window is forgotten', () => {
  expect(moveTo({ ...fresh, now: 10 }, 2)).toEqual({ window: 2, now: 0, before: 0 })
})

test('however requests fall, no minute sees twice the rate', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 20, maxLength: 200 }), (pauses) => {
      const admitted: number[] = []
      let counted = fresh
      let now = 0
      for (const pause of pauses) {
        now += pause
        counted = moveTo(counted, windowOf(now, rate))
        if (!standing(counted, rate, now).allowed) continue
        counted = { ...counted, now: counted.now + 1 }
        admitted.push(now)
      }
      const most = Math.max(...admitted.map((at) => admitted.filter((one) => one > at - 60_000 && one <= at).length))
      expect(most).toBeLessThan(2 * rate.requests)
    }),
  )
})
