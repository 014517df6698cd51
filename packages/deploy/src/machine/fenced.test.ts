import { expect, test } from 'vitest'
import { epochOf } from './fenced.ts'

test('an operation comes after every watcher of its turn, whose terms begin with the seconds since 1970', () => {
  const centuries = 500 * 365 * 86_400
  expect(epochOf({ epoch: 1 })).toBeGreaterThan(Date.now() / 1000 + centuries)
  expect(epochOf({ epoch: 2 })).toBeGreaterThan(epochOf({ epoch: 1 }))
})
