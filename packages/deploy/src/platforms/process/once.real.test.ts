import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { At } from '../../machine/fenced.ts'
import { startMachines } from '../../machines.fixture.ts'
import type { Once, Tree } from '../platform.ts'
import { processPlatform } from './process.ts'

const folder = mkdtempSync(join(tmpdir(), 'deploy-once-'))
let machines: Awaited<ReturnType<typeof startMachines>>

beforeAll(async () => {
  machines = await startMachines(['web1'])
  writeFileSync(join(folder, 'note'), 'of the release\n')
  const tree: Tree = {
    read: async () => undefined,
    list: async () => ['note'],
    archive: () => spawn('tar', ['-c', '-C', folder, '.'], { stdio: ['ignore', 'pipe', 'inherit'] }).stdout,
  }
  await processPlatform.deliver(at(), { release: 'v1', tree, services: [], elsewhere: [] })
})
afterAll(async () => {
  await machines?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const at = (epoch = 1, signal: AbortSignal = AbortSignal.timeout(50_000)): At => ({
  machine: machines.machine('web1'),
  fence: { lane: 'hostomatic.uat', turn: 1, epoch },
  signal,
})

const service = {
  name: 'backend',
  platform: 'process',
  path: '.',
  command: 'sleep 1000',
  env: {},
  secrets: [],
  health: { path: '/', interval_s: 1, timeout_s: 1, retries: 0 },
  drain_s: 0,
}
const once = (key: string, command: string): Once => ({
  key,
  command,
  service,
  release: 'v1',
  variables: { WORD: "it's" },
  secrets: {},
})
const shell = (script: string) => machines.machine('web1').run(['sh', '-c', script])

/** The command has written that it goes on. */
const goesOn = (file: string) => expect.poll(() => shell(`cat ${file} 2> /dev/null || true`)).toContain('on')

test('it runs in the folder of its service with its variables, and what it printed and its exit are given', async () => {
  const end = await processPlatform.once(at(), once('a', 'cat note; echo "$WORD" >&2; exit 3'))
  expect(end).toEqual({ code: 3, output: "of the release\nit's\n" })
})

test('a key is run once, however often it is asked for, also by a worker that takes over in the middle', async () => {
  const one = once('b', 'echo on >> /tmp/b; while [ ! -e /tmp/go ]; do sleep 0.1; done; echo done')
  const first = processPlatform.once(at(1), one)
  first.catch(() => {})
  await goesOn('/tmp/b')
  const second = processPlatform.once(at(2), one)
  await expect(first).rejects.toMatchObject({ code: 'fenced' })
  await shell('touch /tmp/go')
  expect(await second).toEqual({ code: 0, output: 'done\n' })
  expect(await processPlatform.once(at(2), one)).toEqual({ code: 0, output: 'done\n' })
  expect(await shell('cat /tmp/b')).toBe('on\n')
})

test('one that was cut off by its machine is not begun again: nobody knows how far it came', async () => {
  const one = once('c', 'echo on >> /tmp/c; exec sleep 1000')
  const asked = processPlatform.once(at(3), one)
  await goesOn('/tmp/c')
  await shell('cd /var/lib/atlas/lanes/hostomatic.uat/run/once-c && kill -KILL $(cat pid) -$(cat child)')
  expect(await asked).toMatchObject({ code: undefined })
  expect(await processPlatform.once(at(3), one)).toMatchObject({ code: undefined })
  expect(await shell('cat /tmp/c')).toBe('on\n')
})

test('what nobody waits for any more is ended with all it started, when the deploy is withdrawn', async () => {
  const leaving = new AbortController()
  const asked = processPlatform.once(at(4, leaving.signal), once('d', 'echo on > /tmp/d; sleep 1234 & wait'))
  asked.catch(() => {})
  await goesOn('/tmp/d')
  leaving.abort()
  await expect(asked).rejects.toThrow()
  await processPlatform.stop(at(4), [])
  expect(await shell('pgrep -fx "sleep 1234" || echo none')).toBe('none\n')
  expect(await shell('ls /var/lib/atlas/lanes/hostomatic.uat/run')).toBe('')
})
