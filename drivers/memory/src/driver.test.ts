import {
  type CreateRequest,
  estimate,
  type Identity,
  identityHash,
  isAtlasError,
  ownerOf,
  parseInfrastructure,
} from '@atlas/core'
import { expect, test } from 'vitest'
import { memoryCloud, memoryDriver } from './index.ts'

const identity: Identity = { workspace: 'w', infrastructure: 'i', resource: 'web1', generation: 1 }
const request = (specifications = {}): CreateRequest => ({
  identity,
  stamp: { owner: ownerOf('w', 'i'), identity: identityHash(identity), operation: 'o', step: 0, token: '1.1' },
  name: 'web1',
  region: 'nyc3',
  specifications,
  gate: () => {},
})

test('a create whose answer was lost is found by its stamp', async () => {
  const cloud = memoryCloud()
  const machine = memoryDriver(cloud).types.machine!
  cloud.order('lost_answer', { verb: 'create' })
  const error = await machine.create(request()).catch((error: unknown) => error)
  expect(isAtlasError(error, 'cloud_unavailable') && error.uncertain).toBe(true)
  const found = await Array.fromAsync(machine.list({ owner: ownerOf('w', 'i') }))
  expect(found.map((one) => one.stamp)).toEqual([request().stamp])
})

test('the same seed gives the same faults', async () => {
  const run = async (seed: number) => {
    const cloud = memoryCloud({ seed, chances: { error_before: 0.2, lost_answer: 0.2, rate_limited: 0.2 } })
    const machine = memoryDriver(cloud).types.machine!
    const outcomes = Array.from({ length: 40 }, () => machine.create(request()).then(String, String))
    return Promise.all(outcomes)
  }
  expect(await run(7)).toEqual(await run(7))
  expect(await run(7)).not.toEqual(await run(8))
})

test('an effect may come after the request was given up', async () => {
  const cloud = memoryCloud({ lateEffectMs: 20 })
  cloud.order('late_effect')
  await expect(memoryDriver(cloud).types.machine!.create(request())).rejects.toThrow('did not answer')
  expect(cloud.records()).toHaveLength(0)
  await expect.poll(() => cloud.records().length).toBe(1)
})

test('two workers see the same cloud, and each call says whose it was', async () => {
  const cloud = memoryCloud()
  const [first, second] = ['a', 'b'].map((worker) => memoryDriver(cloud, { worker }).types.volume!)
  const made = await first!.create(request({ size_gb: 10 }))
  expect((await second!.get(made.id)).id).toBe(made.id)
  expect(cloud.calls.map(({ worker, verb }) => `${worker} ${verb}`)).toEqual(['a create', 'b get'])
})

test('what is cancelled on the way ends with the reason; what it made, it made', async () => {
  const cloud = memoryCloud({ latencyMs: 20 })
  const cancel = new AbortController()
  const creating = memoryDriver(cloud).types.machine!.create({ ...request(), signal: cancel.signal })
  await expect.poll(() => cloud.records().length, { interval: 1 }).toBe(1)
  cancel.abort(new RangeError('enough'))
  await expect(creating).rejects.toThrow(RangeError)
  expect(cloud.records()).toHaveLength(1)
})

test('a plan and an estimate know the same prices', () => {
  const described = parseInfrastructure({
    name: 'shop',
    provider: 'memory',
    region: 'nyc3',
    resources: [
      { type: 'machine', name: 'web', specifications: { size: 's-2vcpu-4gb', backups: true } },
      { type: 'volume', name: 'disk', specifications: { size_gb: 100 } },
      { type: 'reserved_ip', name: 'ip', specifications: {} },
      { type: 'vpc', name: 'net', specifications: {} },
    ],
  })
  const { types } = memoryDriver(memoryCloud())
  const priced = described.resources.map(({ type, specifications }) => types[type]!.price(specifications, 'nyc3'))
  expect(estimate(described).resources.map(({ lines }) => lines)).toEqual(priced)
})
