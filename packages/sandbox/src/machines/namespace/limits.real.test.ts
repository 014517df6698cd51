import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest'
import type { Backend, MachineSpec } from '../backend.ts'
import { openBackend } from '../index.ts'
import { type Client, newClient, newSpec } from '../testing/clients.ts'

let backend: Backend
let me: Client
let machine: MachineSpec
const said: string[] = []

beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'atlas-limits-'))
  backend = await openBackend({ name: 'namespace', dataDir, log: (line) => said.push(line) })
  me = await newClient()
  machine = newSpec(me, { size: { vcpus: 1, memoryMb: 100, diskGb: 1 } })
  await backend.create(machine)
  await backend.powerOn(machine.id)
})
afterAll(() => backend.close())

const onlyWithLimits = ({ skip }: TestContext) =>
  skip(!backend.effects.cpuAndMemoryLimits, 'this kernel gives us no control groups')
const eat = (megabytes: number) => me.ssh(machine, [`perl -e '$x = "a" x ${megabytes}_000_000; print length $x'`])

test('a program that wants more memory than the size has is killed, the machine stays', async (context) => {
  onlyWithLimits(context)
  expect((await eat(300)).code).not.toBe(0)
  expect((await me.ssh(machine, ['echo still here'])).out).toBe('still here\n')
  await backend.resize(machine.id, { vcpus: 2, memoryMb: 1000, diskGb: 1 })
  expect((await eat(300)).out).toBe('300000000')
})

test('a slow disk is slow until it is healed, or it is said that it cannot be', async () => {
  const write = async () => {
    const { out } = await me.ssh(machine, [
      's=$(date +%s%N); dd if=/dev/zero of=f bs=4k count=15 oflag=direct 2>/dev/null; e=$(date +%s%N); echo $(( (e - s) / 1000000 ))',
    ])
    return Number(out)
  }
  await backend.setFault(machine.id, { kind: 'slow_disk', delayMs: 100 })
  const slow = await write()
  await backend.setFault(machine.id, undefined)
  if (said.some((line) => line.startsWith('slow_disk'))) return
  expect(slow).toBeGreaterThan(1000)
  expect(await write()).toBeLessThan(slow / 2)
})
