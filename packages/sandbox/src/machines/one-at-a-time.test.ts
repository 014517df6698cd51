import { expect, test } from 'vitest'
import { oneAtATime } from './one-at-a-time.ts'

test('tasks of one key wait for each other, also for one that fails; those of another do not', async () => {
  const inTurn = oneAtATime()
  const order: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = inTurn(1, async () => {
    await gate.promise
    order.push('first')
    throw new Error('failed')
  })
  const second = inTurn(1, async () => order.push('second'))
  await inTurn(2, async () => order.push('other'))
  gate.resolve()
  await expect(first).rejects.toThrow('failed')
  await second
  expect(order).toEqual(['other', 'first', 'second'])
})
