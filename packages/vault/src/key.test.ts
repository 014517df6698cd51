import { expect, test } from 'vitest'
import { keyText, newKey, parseKeys } from './key.ts'

test('keys are read as they were written, several with commas or lines between them', () => {
  const keys = [newKey(), newKey()]
  expect(parseKeys(keys.map(keyText).join(','))).toEqual(keys)
  expect(parseKeys(`${keys.map(keyText).join('\n')}\n`)).toEqual(keys)
  expect(parseKeys(keyText(keys[0]!).replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_'))).toEqual([keys[0]])
})

test.each(['', ' ', 'c2hvcnQ=', 'not base64 at all', `${keyText(newKey())}!`, `${keyText(newKey())},short`])(
  '"%s" is refused',
  (text) => {
    expect(parseKeys(text)).toBeUndefined()
  },
)
