import { expect, test } from 'vitest'
import { turns } from './turns.ts'

const never = new AbortController().signal

test('the second is let in when the first has ended, however that ended', async () => {
  const turn = turns()
  const first = Promise.withResolvers<void>()
  const seen: string[] = []
  const one = turn(never, async () => {
    seen.push('first in')
    await first.promise
  })
  const other = turn(never, async () => void seen.push('second in'))
  await new Promise((resolve) => setImmediate(resolve))
  expect(seen).toEqual(['first in'])
  first.reject(new Error('broken'))
  await expect(one).rejects.toThrow('broken')
  await other
  expect(seen).toEqual(['first in', 'second in'])
})

test('who leaves gets nothing, keeps nobody waiting, and lets nobody overtake', async () => {
  const turn = turns()
  const first = Promise.withResolvers<string>()
  const leaving = new AbortController()
  const one = turn(never, () => first.promise)
  const gone = turn(leaving.signal, async () => 'in')
  let third: string | undefined
  const last = turn(never, async () => {
    third = 'in'
  })
  leaving.abort()
  expect(await gone).toBeUndefined()
  expect(await turn(leaving.signal, async () => 'in')).toBeUndefined()
  expect(third).toBeUndefined()
  first.resolve('done')
  expect(await one).toBe('done')
  await last
  expect(third).toBe('in')
})
