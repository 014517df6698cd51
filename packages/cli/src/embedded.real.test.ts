import { afterAll, expect, test } from 'vitest'
import { processesOf, run, workFolder } from './cli.fixture.ts'

const folder = workFolder()
afterAll(() => folder.remove())

test('without a server a command runs one of its own; state and machines outlive it', {
  timeout: 240_000,
}, async () => {
  expect(await run(folder.path, ['init'])).toMatchObject({ exit: 0 })
  const up = await run(folder.path, ['up', '--yes'])
  expect(up).toMatchObject({ exit: 0, stderr: expect.stringContaining('A server runs for this command.') })
  expect(processesOf(folder.path)).toEqual([])
  expect(await run(folder.path, ['ssh', 'master', '--', 'hostname'])).toMatchObject({ exit: 0, stdout: 'master\n' })
  const { infrastructure } = JSON.parse((await run(folder.path, ['status', '--json'])).stdout)
  expect(infrastructure).toMatchObject([{ name: 'fleet', status: 'ready' }])
  expect(processesOf(folder.path)).toEqual([])
})

test('two commands at once share one server', { timeout: 240_000 }, async () => {
  const both = await Promise.all([run(folder.path, ['providers']), run(folder.path, ['status'])])
  expect(both).toMatchObject([{ exit: 0 }, { exit: 0 }])
  // The server stays for as long as either uses it, so it ends a moment after the last.
  await expect.poll(() => processesOf(folder.path)).toEqual([])
})
