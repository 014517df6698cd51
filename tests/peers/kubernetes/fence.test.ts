import { isAtlasError, type Work } from '@atlas/core'
import type { Clusters } from '@atlas/deploy'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ready } from './kubelet.ts'
import { builtPrograms } from './programs.ts'
import { startWorld, type World } from './world.ts'

const programs = builtPrograms()
const fenced = (error: unknown) => isAtlasError(error, 'fenced')

describe.skipIf(!programs)('a worker that has been replaced', () => {
  let world: World
  let namespace: string
  let count = 0

  beforeAll(async () => {
    world = await startWorld(programs!)
    world.real.kubelet.becomes('registry.test/shop/backend:v1', ready)
    world.real.kubelet.becomes('registry.test/shop/backend:v2', ready)
  })
  afterAll(() => world?.stop())
  beforeEach(async () => {
    namespace = `fence-${++count}`
    await world.allow(namespace)
  })

  const plan = (release: string, revision: number, more = {}) =>
    world.plan({ release, revision, cluster: { namespace }, ...more })
  const step = (work: readonly Work[] | undefined, action: Work['action']) =>
    work!.find((one) => one.action === action)!

  test('is refused once another has begun, of the same operation or of a later one', async () => {
    const first = plan('v1', 0)
    await world.perform(first, step(first.work, 'deliver'), { epoch: 2 })
    await expect(world.perform(first, step(first.work, 'start'), { epoch: 1 })).rejects.toSatisfy(fenced)
    const later = plan('v2', 1)
    await world.perform(later, step(later.work, 'deliver'))
    await expect(world.perform(first, step(first.work, 'start'), { epoch: 9 })).rejects.toSatisfy(fenced)
    expect(await world.objects('Deployment', namespace)).toEqual([])
  })

  /** Clusters of a worker that hangs just before it sends one kind of change, until it is let go. */
  function hanging(kind: string) {
    let reached = () => {}
    let go = () => {}
    const atGate = new Promise<void>((resolve) => (reached = resolve))
    const gate = new Promise<void>((resolve) => (go = resolve))
    const by: Clusters = {
      async open(...where) {
        const client = await world.clusters.open(...where)
        return {
          ...client,
          async apply(wanted) {
            if (wanted.kind === kind) {
              reached()
              await gate
            }
            return client.apply(wanted)
          },
        }
      },
    }
    return { by, atGate, go }
  }

  test('starts nothing with a call that arrives after the next worker has taken everything away', async () => {
    const first = plan('v1', 0)
    await world.perform(first, step(first.work, 'deliver'))
    const { by, atGate, go } = hanging('Deployment')
    const late = world.perform(first, step(first.work, 'start'), { by })
    await atGate
    await world.perform(first, step(first.work, 'withdraw'), { epoch: 2 })
    go()
    await expect(late).rejects.toSatisfy(fenced)
    expect(await world.objects('Deployment', namespace)).toEqual([])
  })

  test('starts nothing over what the next worker has started', async () => {
    const first = plan('v1', 0)
    await world.perform(first, step(first.work, 'deliver'))
    const { by, atGate, go } = hanging('Deployment')
    const late = world.perform(first, step(first.work, 'start'), { by })
    await atGate
    const next = plan('v2', 1)
    await world.perform(next, step(next.work, 'start'))
    const [before] = await world.objects('Deployment', namespace)
    go()
    await expect(late).rejects.toSatisfy(fenced)
    const [after] = await world.objects('Deployment', namespace)
    expect(after?.metadata?.annotations?.['atlas/release']).toBe('v2')
    expect((after as { spec?: object }).spec).toEqual((before as { spec?: object }).spec)
  })

  test('moves no traffic with a call that arrives after the next worker moved it', async () => {
    const first = plan('v1', 0)
    expect(await world.carryOut(first)).toMatchObject({ error: undefined })
    const second = plan('v2', 2, { serving: world.servingAfter(first) })
    for (const action of ['deliver', 'start', 'probe'] as const) await world.perform(second, step(second.work, action))
    const { by, atGate, go } = hanging('Service')
    const late = world.perform(second, step(second.work, 'switch'), { by })
    await atGate
    // Whoever took over found the operation cancelled, and took back what was begun.
    for (const action of ['restore', 'withdraw'] as const)
      await world.perform(second, step(second.work, action), { epoch: 2 })
    go()
    await expect(late).rejects.toSatisfy(fenced)
    expect(await world.look({ release: 'v1', revision: 0, cluster: { namespace } })).toEqual([
      { service: 'backend', slot: 'a' },
    ])
  })
})
