import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { newKey } from './key.ts'
import { readKeyFile, writeKeyFile } from './key-file.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
function keyFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'atlas-vault-'))
  folders.push(folder)
  return join(folder, 'vault.key')
}

test('the first start makes a key that only its owner can read, and later ones find it', () => {
  const file = keyFile()
  const keys = readKeyFile(file)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readKeyFile(file)).toEqual(keys)
  expect(readdirSync(join(file, '..'))).toEqual(['vault.key'])
})

test('what is written replaces the file whole, primary first', () => {
  const file = keyFile()
  const old = readKeyFile(file)
  const young = newKey()
  writeKeyFile(file, [young, ...old])
  expect(readKeyFile(file)).toEqual([young, ...old])
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test.each([0o640, 0o604, 0o660])('a file that others can read is refused: mode %o', (mode) => {
  const file = keyFile()
  readKeyFile(file)
  chmodSync(file, mode)
  expect(() => readKeyFile(file)).toThrow(/expected 0600/)
})

test.runIf(process.getuid?.() === 0)('a file of somebody else is refused', () => {
  const file = keyFile()
  readKeyFile(file)
  chownSync(file, 65_534, 65_534)
  expect(() => readKeyFile(file)).toThrow(/belongs to user 65534, expected 0/)
})

test('a file without a key is refused and left as it is', () => {
  const file = keyFile()
  writeFileSync(file, '# nothing\nhello\n', { mode: 0o600 })
  expect(() => readKeyFile(file)).toThrow(/no key/)
  expect(readFileSync(file, 'utf8')).toBe('# nothing\nhello\n')
})
