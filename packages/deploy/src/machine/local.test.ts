import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, expect, test } from 'vitest'
import { thisComputer } from './local.ts'

const folder = mkdtempSync(join(tmpdir(), 'atlas-local-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const computer = thisComputer(folder, 'this computer')
const sh = (script: string, call = {}) => computer.run(['sh', '-c', script], call)

test('a command is given its input, and what it prints is given back', async () => {
  expect(await sh('cat; echo "$ATLAS_ROOT"', { input: 'of a tar\n' })).toBe(`of a tar\n${folder}\n`)
  expect(await text(await computer.stream(['printf', 'a layer']))).toBe('a layer')
})

test('a command that fails is refused with what it said last', async () => {
  await expect(sh('echo no space left >&2; exit 3')).rejects.toMatchObject({
    code: 'machine_refused',
    message: 'A command on this computer ended with 3: no space left',
  })
  const broken = await computer.stream(['sh', '-c', 'echo half; echo gone >&2; exit 1'])
  await expect(text(broken)).rejects.toMatchObject({
    code: 'machine_refused',
    message: expect.stringContaining('gone'),
  })
})

test('a command that takes too long ends with all that it began', async () => {
  const took = sh('sleep 4321 & echo $!; wait', { timeoutMs: 300 })
  await expect(took).rejects.toMatchObject({
    code: 'machine_refused',
    message: expect.stringContaining('still running'),
  })
  await expect.poll(() => sh('pgrep -fx "sleep 4321" || echo none')).toBe('none\n')
})

test('what the server was told in its environment is no business of who builds', async () => {
  process.env.DATABASE_URL = 'postgres://atlas:password@localhost/atlas'
  expect(await sh('env')).not.toContain('password')
  delete process.env.DATABASE_URL
})
