import { expect, test } from 'vitest'
import { callSlots, slots, slotsPerAccount } from './slots.ts'

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

test('calls are prepared while the slots are taken, no more than there are slots', async () => {
  const limited = callSlots(2)
  const prepared: number[] = []
  const called: number[] = []
  const over = Promise.withResolvers<void>()
  const all = Array.from({ length: 10 }, (_, n) =>
    limited.use(
      async () => {
        prepared.push(n)
        return n
      },
      async (of) => {
        called.push(of)
        await over.promise
      },
    ),
  )
  await new Promise(setImmediate)
  expect(prepared).toEqual([0, 1, 2, 3])
  expect(called).toEqual([0, 1])
  over.resolve()
  await Promise.all(all)
  expect(called).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})
