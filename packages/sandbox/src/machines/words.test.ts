import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { shellLine } from './words.ts'

test('the shell gives every word back as it was', () => {
  const words = ['plain', 'two words', "it's", '$HOME `id` "x" \\', '', '*', '-n', 'a\nb', "'"]
  expect(execFileSync('/bin/sh', ['-c', `printf '%s|' ${shellLine(words)}`], { encoding: 'utf8' })).toBe(
    `${words.join('|')}|`,
  )
})
