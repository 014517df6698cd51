import { expect, test } from 'vitest'
import { goesInClear } from './in-clear.ts'

test.each([
  ['http://127.0.0.1:3003', false],
  ['http://[::1]:3003', false],
  ['http://localhost', false],
  ['https://atlas.example.com', false],
  ['http://atlas.example.com', true],
  ['http://127.0.0.1.example.com', true],
  ['http://0.0.0.0', true],
])('a token sent to %s can be read on the way: %s', (url, inClear) => expect(goesInClear(new URL(url))).toBe(inClear))
