import { expect, test } from 'vitest'
import { opened } from './probe.ts'

test('whoever has given up already opens nothing', async () => {
  let opens = 0
  const open = async () => {
    opens += 1
    throw new Error('nobody waits for this')
  }
  await expect(opened(open, AbortSignal.abort(new Error('given up')))).rejects.toThrow('given up')
  expect(opens).toBe(0)
})
