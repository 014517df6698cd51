import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { At } from '../../machine/fenced.ts'
import { startMachines } from '../../machines.fixture.ts'
import { probe } from '../../perform/probe.ts'
import type { Service } from '../../plan/input.ts'
import type { Elsewhere, Instance, Tree } from '../platform.ts'
import { containerPlatform } from './containers.ts'
import { docker } from './engine.ts'
import { containerfile, imageTrees, noContainers } from './images.fixture.ts'

const why = noContainers('dockerd')
const platform = containerPlatform(docker)
const trees = imageTrees()
let machines: Awaited<ReturnType<typeof startMachines>>

const health = { path: '/', interval_s: 0.1, timeout_s: 5, retries: 100 }
const config = { path: 'backend', build_args: {}, read_only: false, env: {}, secrets: [], health, drain_s: 1 }
const page = (text: string) => ({ 'backend/Containerfile': containerfile, 'backend/www/index.html': text })

const at = (machine: string, { turn = 1, epoch = 1, lane = 'hostomatic.uat' } = {}): At => ({
  machine: machines.machine(machine),
  fence: { lane, turn, epoch },
  signal: AbortSignal.timeout(100_000),
})
const from =
  (machine: string): Elsewhere =>
  (what) =>
    what(machines.machine(machine))
const inside = (machine: string, ...words: string[]) => machines.machine(machine).run(words)

async function built(release: string, tree: Tree): Promise<Service> {
  const service = await platform.resolve('backend', config, tree)
  const image = await platform.build!(at('web1'), { project: 'hostomatic', service, release, commit: 'c0ffee', tree })
  return { ...service, image }
}

const deliver = (machine: string, release: string, service: Service, tree: Tree) =>
  platform.deliver(at(machine), { release, tree, services: [service], elsewhere: [from('web1')] })

async function started(machine: string, one: Omit<Instance, 'address'>): Promise<string> {
  const address = await machines.address(machine)
  await platform.start(at(machine), { ...one, address })
  const open = () => machines.machine('web2').connect(address, one.port)
  expect(await probe(open, health, AbortSignal.timeout(30_000))).toBeUndefined()
  return inside('web2', 'curl', '-sS', '--max-time', '5', `http://${address}:${one.port}/`)
}

const instance = (service: Service, release: string, more: Partial<Instance> = {}) => ({
  ...{ service, release, slot: 'a' as const, port: 8101, variables: {}, secrets: {} },
  ...more,
})

describe.skipIf(why !== undefined)(`docker${why ? `: ${why}` : ''}`, () => {
  beforeAll(async () => {
    machines = await startMachines(['web1', 'web2'])
  })
  afterAll(async () => {
    await machines?.stop()
    trees.remove()
  })

  test('an image is built once, brought to another machine by its digest, and answers on both', async () => {
    const tree = trees.treeOf(page('first'))
    const service = await built('v1', tree)
    expect(service.image).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(await deliver('web1', 'v1', service, tree)).toBe(0)
    expect(await deliver('web2', 'v1', service, tree)).toBeGreaterThan(1e6)
    expect(await deliver('web2', 'v1', service, tree)).toBe(0)
    for (const machine of ['web1', 'web2']) expect(await started(machine, instance(service, 'v1'))).toBe('first')
  })
})
