import { expect, test } from 'vitest'
import { answered, hangs } from './hangs.ts'

const asked = { owesSince: 1000, usualMs: 5 }
const fellow = { wellAskedAt: 1200, usualMs: 5 }

test('who takes far longer than usually hangs, where another that was asked later has answered', () => {
  expect(hangs(asked, [fellow], 1290)).toBe(false)
  expect(hangs(asked, [fellow], 1300)).toBe(true)
})

test('where none has answered since, nobody hangs: all are slow, or who asks is', () => {
  expect(hangs(asked, [{ wellAskedAt: 1000, usualMs: 5 }, {}], 9000)).toBe(false)
  expect(hangs(asked, [], 9000)).toBe(false)
})

test('one that is slow by its nature gets its time, also after a quick answer; one that never answered all of it', () => {
  const slow = answered({ owesSince: 0 }, true, 400)
  const quicker = answered({ ...slow, owesSince: 1000 }, true, 1050)
  expect(quicker.usualMs).toBe(320)
  expect(hangs({ ...quicker, owesSince: 2000 }, [{ wellAskedAt: 3000 }], 3200)).toBe(false)
  expect(hangs({ ...quicker, owesSince: 2000 }, [{ wellAskedAt: 3000 }], 3300)).toBe(true)
  expect(hangs({ owesSince: 0 }, [{ wellAskedAt: 3000 }], 9000)).toBe(false)
})

test('a bad answer changes nothing of what is usual', () => {
  expect(answered({ ...asked, wellAskedAt: 900 }, false, 6000)).toEqual({ wellAskedAt: 900, usualMs: 5 })
})
