import { existsSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startMachines } from '../machines.fixture.ts'
import { docker } from '../platforms/containers/engine.ts'
import { buildScript } from '../platforms/containers/image-scripts.ts'
import { type Fence, run } from './fenced.ts'

let machines: Awaited<ReturnType<typeof startMachines>>
beforeAll(async () => {
  machines = await startMachines(['web1'])
}, 60_000)
afterAll(() => machines?.stop())

const patiently = { timeout: 20_000, interval: 100 }
const at = (lane: string, fence: Omit<Fence, 'lane'>) => ({
  machine: machines.machine('web1'),
  fence: { lane, ...fence },
  signal: AbortSignal.timeout(50_000),
})

/** A command that has said so, and waits for input that does not end: as where its sender lost its power. */
async function abandoned(lane: string, fence: Omit<Fence, 'lane'>) {
  const input = new PassThrough()
  const ended = run(at(lane, fence), 'touch began; cat > received; echo whole', [], { input })
  ended.catch(() => {})
  const shell = machines.machine('web1')
  await vi.waitFor(() => shell.run(['test', '-e', `/var/lib/atlas/lanes/${lane}/began`]), patiently)
  return { input, ended }
}

test('a later worker, a later operation, and the same step once more end a transfer that nobody goes on with', async () => {
  const earlier = { turn: 1, epoch: 1, step: 3 }
  const later = { worker: { turn: 1, epoch: 2 }, operation: { turn: 2, epoch: 1 }, again: earlier }
  for (const [lane, fence] of Object.entries(later)) {
    const { ended } = await abandoned(lane, earlier)
    expect(await run(at(lane, fence), 'echo mine', [])).toBe('mine\n')
    await expect(ended).rejects.toThrow('KILL')
  }
})

/** Who waits for a lane has tried twice, and looked at who holds it between. */
async function hasLooked(): Promise<void> {
  const tries = new Set<string>()
  await vi.waitFor(async () => {
    tries.add(await machines.machine('web1').run(['pgrep', '-xf', 'flock -w 1 9']))
    expect(tries.size).toBeGreaterThan(1)
  }, patiently)
}

test('a transfer of another step of the same worker is waited for, and one of a later worker too', async () => {
  const others = { same: { turn: 1, epoch: 2, step: 4 }, earlier: { turn: 1, epoch: 1, step: 3 } }
  for (const [lane, other] of Object.entries(others)) {
    const { input, ended } = await abandoned(lane, { turn: 1, epoch: 2, step: 3 })
    const next = run(at(lane, other), 'echo mine', [])
    next.catch(() => {})
    await hasLooked()
    input.end('all of it')
    expect(await ended).toBe('whole\n')
    if (lane === 'same') expect(await next).toBe('mine\n')
    else await expect(next).rejects.toMatchObject({ code: 'fenced' })
  }
})

test('a later worker waits for what is no transfer', async () => {
  const shell = machines.machine('web1')
  const script = 'touch began; while [ ! -e go ]; do sleep 0.05; done; echo done'
  const slow = run(at('slow', { turn: 1, epoch: 1 }), script, [])
  await vi.waitFor(() => shell.run(['test', '-e', '/var/lib/atlas/lanes/slow/began']), patiently)
  const next = run(at('slow', { turn: 1, epoch: 2 }), 'echo mine', [])
  await hasLooked()
  await shell.run(['touch', '/var/lib/atlas/lanes/slow/go'])
  expect(await slow).toBe('done\n')
  expect(await next).toBe('mine\n')
})

test('machines that are plain processes are left alone: a deploy would change the computer that they are on', async () => {
  const shared = await startMachines(['web1'], 'process')
  try {
    const machine = shared.machine('web1')
    const lane = 'nobody.uat'
    const changed = run({ machine, fence: { lane, turn: 1, epoch: 1 }, signal: AbortSignal.timeout(50_000) }, 'id', [])
    await expect(changed).rejects.toThrow(/web1[\s\S]*plain processes of the sandbox's computer/)
    await expect(machine.run(['sh', '-c', buildScript(docker)])).rejects.toThrow('plain processes')
    expect(existsSync(`/var/lib/atlas/lanes/${lane}`)).toBe(false)
  } finally {
    await shared.stop()
  }
})
