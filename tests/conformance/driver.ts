import { cases } from '@atlas/driver-conformance/cases'
import { openStage, request } from '@atlas/driver-conformance/stage'
import { digitalOceanDriver, type Send } from '@atlas/driver-digitalocean'

/** Our own driver's requests: each resource type made, listed, changed in every way and removed, checked on its way. */
export async function driverWalk({ url, token, send }: { url: string; token: string; send: Send }): Promise<void> {
  const bounds = { requestTimeoutMs: 20_000, lateEffectMs: 0, listLagMs: 0 }
  const driver = digitalOceanDriver({ baseUrl: url, token, bounds, send })
  await driver.account()
  const open = async () => ({ driver: () => driver, fail: unused, plant: unused, close: async () => {} })
  const types = [...new Set(cases.map(({ type }) => type))]
  const stage = await openStage({ title: 'walk', abilities: new Set<never>(), patienceMs: 60_000, open }, types)
  for (const one of cases) {
    const asked = request(one, stage.neighbours)
    const { id } = await stage.of(one.type).create(asked)
    let want = asked.specifications
    await stage.converge(one.type, id, want)
    for (const change of one.updates) {
      want = change(want, stage.neighbours)
      await stage.converge(one.type, id, want)
    }
    await Array.fromAsync(stage.of(one.type).list({ owner: asked.stamp.owner }))
    await stage.removed(one.type, id)
  }
}

const unused = async (): Promise<never> => {
  throw new Error('in this walk nothing is made to fail and nothing stands there before')
}
