import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commandLine, variablesFile } from './words.ts'

const hostile = [
  "it's",
  '$(reboot)',
  '`id`',
  '; rm -rf /',
  '--flag',
  '',
  '"',
  '\\',
  'a\nb',
  '*',
  '~',
  '$HOME',
  '\u{1f642}',
]
const sh = (script: string) => execFileSync('sh', ['-c', script], { encoding: 'utf8' })

test('a shell gives back every word as it was, whatever is in it', () => {
  expect(sh(commandLine(['printf', '%s|', ...hostile]))).toBe(`${hostile.join('|')}|`)
  const words = fc.array(
    fc.string().map((word) => word.replaceAll('\0', '')),
    { minLength: 1, maxLength: 5 },
  )
  fc.assert(
    fc.property(words, (some) => {
      expect(sh(commandLine(['printf', '%s|', ...some]))).toBe(`${some.join('|')}|`)
    }),
    { numRuns: 30 },
  )
})

test('a file of variables gives back every value', () => {
  const file = variablesFile(Object.fromEntries(hostile.map((value, n) => [`V${n}`, value])))
  expect(sh(`${file}printf '%s|' ${hostile.map((_, n) => `"$V${n}"`).join(' ')}`)).toBe(`${hostile.join('|')}|`)
})
