import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeDataFolder } from './data-folder.ts'

let base: string
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'atlas-data-folder-'))
})
afterAll(() => rmSync(base, { recursive: true }))

test('it is made with what is missing above it, and told whether it was there', () => {
  const folder = join(base, 'a/b/c')
  expect(makeDataFolder(folder)).toBe(true)
  expect(makeDataFolder(folder)).toBe(false)
  expect(statSync(folder).mode & 0o777).toBe(0o711)
})

test('what is not the file system’s doing is said as the system says it', () => {
  writeFileSync(join(base, 'file'), '')
  expect(() => makeDataFolder(join(base, 'file/below'))).toThrow('ENOTDIR')
})

test.runIf(process.platform === 'linux')('a file system that takes no folders is refused, not tried for ever', () => {
  expect(() => makeDataFolder('/proc/atlas/data')).toThrow(
    expect.objectContaining({
      code: 'config_invalid',
      message: expect.stringContaining('/proc/atlas is on a file system that takes no folders'),
      hint: expect.stringContaining('--data-dir'),
    }),
  )
})
