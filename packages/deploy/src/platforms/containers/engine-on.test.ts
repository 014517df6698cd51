import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { thisComputer } from '../../machine/local.ts'
import { docker, podman } from './engine.ts'
import { engineOn } from './engine-on.ts'

const folder = mkdtempSync(join(tmpdir(), 'atlas-engines-'))
const before = process.env.PATH
const on = (engine: typeof docker) => engineOn(thisComputer(join(folder, 'kept')), engine, AbortSignal.timeout(20_000))

function install(program: string, script: string) {
  writeFileSync(join(folder, program), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, program), 0o755)
}

beforeAll(() => {
  for (const program of ['sh', 'tail']) symlinkSync(`/usr/bin/${program}`, join(folder, program))
  process.env.PATH = folder
})
afterAll(() => {
  process.env.PATH = before
  rmSync(folder, { recursive: true, force: true })
})

test('a computer without an engine says so of each, and what to install', async () => {
  install('docker', 'echo "permission denied while trying to connect to the Docker daemon socket" >&2; exit 1')
  await expect(on(docker)).rejects.toMatchObject({
    code: 'deploy_impossible',
    message: expect.stringMatching(/docker does not answer: permission denied[^\n]*\npodman is not installed$/),
    hint: expect.stringContaining('apt-get install docker.io'),
  })
})

test('the engine of the platform comes first, the other one where it does not answer', async () => {
  install('podman', 'echo "Version: 4.3.1"')
  expect((await on(podman)).name).toBe('podman')
  expect((await on(docker)).name).toBe('podman')
  install('docker', 'echo "Version: 20.10"')
  expect((await on(docker)).name).toBe('docker')
})

test('a machine has the engine of its platform, which is installed there', async () => {
  const { isOwn: _, ...machine } = thisComputer(folder)
  expect(await engineOn(machine, podman, AbortSignal.timeout(1000))).toBe(podman)
})
