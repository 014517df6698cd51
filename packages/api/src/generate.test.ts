import { expect, test } from 'vitest'
import { type Alphabet, alphabets, generated } from './generate.ts'

test.each(Object.keys(alphabets) as Alphabet[])(
  '%s: as long as was asked for, of its characters, and all of them',
  (alphabet) => {
    const value = generated({ length: 10_000, alphabet })
    expect(value).toHaveLength(10_000)
    expect([...new Set(value)].sort()).toEqual([...new Set(alphabets[alphabet])].sort())
  },
)

test('no two are the same', () => {
  const one = () => generated({ length: 32, alphabet: 'letters-digits' })
  expect(new Set(Array.from({ length: 100 }, one)).size).toBe(100)
})
