import { expect, test } from 'vitest'
import { shared } from './shared.ts'

function readings() {
  const open: { answer(n: number): void; fail(error: Error): void }[] = []
  const read = () => {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    open.push({ answer: resolve, fail: reject })
    return promise
  }
  return { open, read }
}

test('who comes while a reading is under way waits for the next one, with all others who came', async () => {
  const { open, read } = readings()
  const share = shared<number>()
  const first = share('page', read)
  const late = [share('page', read), share('page', read)]
  expect(open.length).toBe(1)
  open[0]!.answer(1)
  expect(await first).toBe(1)
  await expect.poll(() => open.length).toBe(2)
  open[1]!.answer(2)
  expect(await Promise.all(late)).toEqual([2, 2])
})

test('another question does not wait', async () => {
  const { open, read } = readings()
  const share = shared<number>()
  const answers = [share('page', read), share('other page', read)]
  expect(open.length).toBe(2)
  open[0]!.answer(1)
  open[1]!.answer(2)
  expect(await Promise.all(answers)).toEqual([1, 2])
})

test('a reading that fails is the failure of who asked for it, and of nobody after', async () => {
  const { open, read } = readings()
  const share = shared<number>()
  const first = share('page', read)
  const second = share('page', read)
  open[0]!.fail(new Error('gone'))
  await expect(first).rejects.toThrow('gone')
  await expect.poll(() => open.length).toBe(2)
  open[1]!.answer(2)
  expect(await second).toBe(2)
  const third = share('page', read)
  open[2]!.answer(3)
  expect(await third).toBe(3)
})
