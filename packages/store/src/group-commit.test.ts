import { expect, test } from 'vitest'
import { groupCommit } from './group-commit.ts'

test('who comes while a commit is on its way shares the next, and gets its own answer', async () => {
  const batches: number[][] = []
  const gates: (() => void)[] = []
  const write = groupCommit<number, number>(async (batch) => {
    batches.push(batch)
    await new Promise<void>((resolve) => gates.push(resolve))
    return batch.map((n) => n * 2)
  })
  const first = [write(1), write(2)]
  await expect.poll(() => gates.length).toBe(1)
  const second = [write(3), write(4), write(5)]
  gates.shift()!()
  expect(await Promise.all(first)).toEqual([2, 4])
  await expect.poll(() => gates.length).toBe(1)
  gates.shift()!()
  expect(await Promise.all(second)).toEqual([6, 8, 10])
  expect(batches).toEqual([
    [1, 2],
    [3, 4, 5],
  ])
})

test('a batch that fails fails for those in it, and the next one goes', async () => {
  let fail = true
  const write = groupCommit<number, number>(async (batch) => {
    if (!fail) return batch
    fail = false
    throw new Error('no')
  })
  await expect(Promise.allSettled([write(1), write(2)])).resolves.toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
  ])
  expect(await write(3)).toBe(3)
})

test('who has patience shares the commit of who comes next, and does not wait for ever', async () => {
  const batches: number[][] = []
  const write = groupCommit<number, number>(async (batch) => {
    batches.push(batch)
    return batch
  })
  const patient = write(1, 60_000)
  await write(2)
  await patient
  await write(3, 5)
  expect(batches).toEqual([[1, 2], [3]])
})

test('a batch has its limit', async () => {
  const sizes: number[] = []
  const write = groupCommit<number, number>(async (batch) => {
    sizes.push(batch.length)
    return batch
  }, 3)
  await Promise.all(Array.from({ length: 8 }, (_, n) => write(n)))
  expect(sizes).toEqual([3, 3, 2])
})
