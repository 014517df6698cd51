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
  const write = groupCommit<number, number>(
    async (batch) => {
      sizes.push(batch.length)
      return batch
    },
    { limit: 3 },
  )
  await Promise.all(Array.from({ length: 8 }, (_, n) => write(n)))
  expect(sizes).toEqual([3, 3, 2])
})

test('after a batch of several the next waits for company, until enough are there; after one alone it does not', async () => {
  const sizes: number[] = []
  const flush = async (batch: number[]) => {
    sizes.push(batch.length)
    return batch
  }
  const write = groupCommit<number, number>(flush, { companyMs: 60_000 })
  await write(0)
  await write(1)
  const several = Array.from({ length: 4 }, (_, n) => write(n))
  await Promise.all(several)
  const more = Array.from({ length: 15 }, (_, n) => write(n))
  await new Promise((resolve) => setImmediate(resolve))
  expect(sizes).toEqual([1, 1, 4])
  await Promise.all([...more, write(15)])
  expect(sizes).toEqual([1, 1, 4, 16])
})

test('company is waited for so long, and no longer', async () => {
  const write = groupCommit<number, number>(async (batch) => batch, { companyMs: 5 })
  await Promise.all(Array.from({ length: 4 }, (_, n) => write(n)))
  expect(await write(4)).toBe(4)
})
