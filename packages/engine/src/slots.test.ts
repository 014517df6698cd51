import { expect, test } from 'vitest'
import { slots, slotsPerAccount } from './slots.ts'

test('never more at once than allowed, in the order of coming, also when some fail', async () => {
  const limited = slots(3)
  const begun: number[] = []
  let now = 0
  let most = 0
  const work = (n: number) =>
    limited.use(async () => {
      begun.push(n)
      most = Math.max(most, ++now)
      await Promise.resolve()
      now -= 1
      if (n % 4 === 0) throw new Error('failed')
    })
  await Promise.allSettled(Array.from({ length: 20 }, (_, n) => work(n)))
  expect(most).toBe(3)
  expect(begun).toEqual(Array.from({ length: 20 }, (_, n) => n))
})

test('an account has its slots whoever asks', () => {
  const of = slotsPerAccount(1)
  expect(of('a')).toBe(of('a'))
  expect(of('a')).not.toBe(of('b'))
})
