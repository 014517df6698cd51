import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openBackend } from './index.ts'
import { client, newClient, newSpec } from './testing/clients.ts'

describe.runIf(process.getuid?.() === 0)('the same, whoever starts the sandbox', () => {
  test('root, with the data under a home that is closed to all others', async () => {
    const home = mkdtempSync(join(homedir(), '.atlas-test-'))
    const dataDir = join(home, 'data')
    mkdirSync(dataDir, { mode: 0o700 })
    const me = await newClient()
    const spec = newSpec(me, { userData: '#cloud-config\nusers: [ { name: deploy } ]\n' })
    const backend = await openBackend({ name: 'auto', dataDir })
    try {
      expect(backend.name).toBe('namespace')
      await backend.create(spec)
      await backend.powerOn(spec.id)
      const { out } = await me.ssh(spec, ['echo kept > file; runuser -u deploy -- ls -d /home/deploy; ls /root'])
      expect(out).toBe('/home/deploy\nfile\n')
    } finally {
      await backend.close()
      rmSync(home, { recursive: true })
    }
  })

  test('an ordinary user: every other test of machines passes', { timeout: 400_000 }, async (context) => {
    const as = (...argv: string[]) => ['runuser', '-u', 'nobody', '--', ...argv]
    const mayRead = await client(as('test', '-r', import.meta.filename))
    if (mayRead.code !== 0) return context.skip('this checkout is closed to other users')
    const root = join(import.meta.dirname, '../../../..')
    const vitest = [
      process.execPath,
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--configLoader',
      'native',
      '--no-cache',
    ]
    const which = ['--project', 'real', 'packages/sandbox/src/machines']
    // This run's own temporary folder is root's: the other run has one of its own beside it.
    const beside = join(tmpdir(), '..')
    const env = ['env', `HOME=${beside}`, `TMPDIR=${beside}`, 'NO_COLOR=1']
    const { code, out, err } = await client(['runuser', '-u', 'nobody', '--', ...env, ...vitest, ...which], '', {
      cwd: root,
    })
    expect(code, `${out}\n${err}`).toBe(0)
    expect(out).toMatch(/Tests .*\d\d passed/)
  })
})
