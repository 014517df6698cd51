import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { fileSecrets } from './file.ts'

const place = { workspace: 'default', project: 'hostomatic', environment: 'prod' }
const names = ['DB_PASSWORD', 'PROD_DB_PASSWORD']

function written(text: string, mode = 0o600) {
  const folder = mkdtempSync(join(tmpdir(), 'atlas-secrets-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'secrets.env')
  writeFileSync(file, text)
  chmodSync(file, mode)
  return file
}
const read = async (file: string, workspace = 'default') =>
  Object.fromEntries(await fileSecrets(file, ['default']).read({ ...place, workspace }, names))

test.each([
  ['lines', '# for prod\nDB_PASSWORD="two words # and more"\nexport PROD_DB_PASSWORD=plain\nOTHER=1\n'],
  ['JSON', '\n{"DB_PASSWORD": "two words # and more", "PROD_DB_PASSWORD": "plain", "OTHER": "1"}'],
])('it is read as %s, and only what was asked for', async (_, text) => {
  expect(await read(written(text))).toEqual({
    DB_PASSWORD: { value: 'two words # and more' },
    PROD_DB_PASSWORD: { value: 'plain' },
  })
})

test('it is read anew every time, and serves the workspaces named alone', async () => {
  const file = written('DB_PASSWORD=one')
  expect(await read(file)).toMatchObject({ DB_PASSWORD: { value: 'one' } })
  writeFileSync(file, 'DB_PASSWORD=two')
  expect(await read(file)).toMatchObject({ DB_PASSWORD: { value: 'two' } })
  expect(await read(file, 'team')).toEqual({})
})

test.each([0o640, 0o604, 0o660])('a file that others can read is refused: mode %o', async (mode) => {
  const file = written('DB_PASSWORD=one', mode)
  await expect(read(file)).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining('expected 0600'),
  })
})

test('one that is not there is an error, and what is wrong in one is not repeated', async () => {
  await expect(read('/nowhere/secrets.env')).rejects.toThrow('/nowhere/secrets.env cannot be read: ENOENT')
  const error = await read(written('{"DB_PASSWORD": ["hidden"]}')).catch((caught) => caught)
  expect(error).toMatchObject({ code: 'config_invalid' })
  expect(JSON.stringify([error.message, error.hint])).not.toContain('hidden')
})
