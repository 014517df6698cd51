import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ready } from './kubelet.ts'
import { builtPrograms } from './programs.ts'
import { startWorld, type World } from './world.ts'

const programs = builtPrograms()

describe.skipIf(!programs)('a deploy to a real API server', () => {
  let world: World

  beforeAll(async () => {
    world = await startWorld(programs!)
    await world.allow('shop-uat')
  }, 120_000)
  afterAll(() => world?.stop())

  test('the first release runs and has the traffic; the next one takes it over, and back', async () => {
    const { plan, carryOut, real, look, servingAfter } = world
    real.kubelet.becomes('registry.test/shop/backend:v1', ready)
    real.kubelet.becomes('registry.test/shop/backend:v2', ready)
    const first = plan({ release: 'v1', revision: 0 })
    expect(await carryOut(first)).toMatchObject({ error: undefined })
    expect(await look({ release: 'v1', revision: 0 })).toEqual([{ service: 'backend', slot: 'a' }])
    const second = plan({ release: 'v2', revision: 2, serving: servingAfter(first) })
    expect(await carryOut(second)).toMatchObject({ error: undefined })
    expect(await look({ release: 'v2', revision: 2 })).toEqual([{ service: 'backend', slot: 'b' }])
    const back = plan({ release: 'v1', revision: 4, serving: servingAfter(second) })
    expect(await carryOut(back)).toMatchObject({ error: undefined })
    expect(await look({ release: 'v1', revision: 4 })).toEqual([{ service: 'backend', slot: 'a' }])
  })
})
