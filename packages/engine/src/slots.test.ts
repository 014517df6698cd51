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

test('answers that come together let the next calls leave before anything is made of them', async () => {
  const limited = callSlots(2)
  const seen: string[] = []
  const answers = Array.from({ length: 4 }, () => Promise.withResolvers<void>())
  const all = answers.map(async (answer, n) => {
    await limited.use(
      async () => {},
      async () => {
        seen.push(`called ${n}`)
        await answer.promise
      },
    )
    seen.push(`made use of ${n}`)
  })
  for (const { resolve } of answers) setImmediate(resolve)
  await Promise.all(all)
  expect(seen.slice(0, 6)).toEqual(['called 0', 'called 1', 'called 2', 'called 3', 'made use of 0', 'made use of 1'])
})
