import { isAtlasError, type JsonObject } from '@atlas/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cases } from './cases.ts'
import { openStage, region, request, type Stage, stampOf } from './stage.ts'
import type { Conformance } from './subject.ts'

/** What concerns more than one resource: order, listings, scale. */
export function account(conformance: Conformance): void {
  const { abilities } = conformance
  const caseOf = (type: string) => cases.find((one) => one.type === type)!

  describe('account', () => {
    let stage: Stage
    beforeAll(async () => {
      stage = await openStage(conformance, [])
    })
    afterAll(() => stage?.close())

    test('has one name, the same for every worker', async () => {
      const name = await stage.driver.account()
      expect(name.startsWith(`${stage.driver.provider}:`)).toBe(true)
      expect(await stage.subject.driver().account()).toBe(name)
    })

    test('a network with a machine in it is refused, not half removed', async () => {
      const net = await stage.of('vpc').create(request(caseOf('vpc'), {}))
      const vpc = await stage.ready('vpc', net.id)
      const key = await stage.of('ssh_key').create(request(caseOf('ssh_key'), {}))
      const asked = request(caseOf('machine'), { vpc, ssh_key: key })
      const { id } = await stage.of('machine').create(asked)
      const machine = await stage.ready('machine', id)
      const error = await stage
        .of('vpc')
        .remove(vpc, { gate: () => {} })
        .catch((error: unknown) => error)
      expect(isAtlasError(error, 'cloud_refused')).toBe(true)
      await stage.removed('machine', machine.id)
      await stage.removed('vpc', vpc.id)
    })

    test.skipIf(!abilities.has('requests'))('hundreds of resources are listed in few calls', async () => {
      const specifications: JsonObject = { size_gb: 1, filesystem: 'ext4', tags: [] }
      const many = Array.from({ length: 450 }, (_, n) => ({ type: 'volume' as const, name: `many-${n}`, region }))
      for (const one of many) await stage.subject.plant({ ...one, specifications })
      const before = await stage.subject.requests!()
      const listed = await Array.fromAsync(stage.of('volume').list({}))
      expect((await stage.subject.requests!()) - before).toBeLessThanOrEqual(4)
      expect(new Set(listed.map(({ id }) => id)).size).toBe(450)
    })
  })

  describe.skipIf(!abilities.has('list_lag'))('a cloud whose listings lag', () => {
    let stage: Stage
    beforeAll(async () => {
      stage = await openStage(conformance, [], 300)
    })
    afterAll(() => stage?.close())

    test('shows what is new by its id at once, and in listings within the bound', async () => {
      const volume = stage.of('volume')
      const specifications: JsonObject = { size_gb: 1, filesystem: 'ext4', tags: [] }
      const { id } = await volume.create(request(caseOf('volume'), {}, { specifications }))
      const listed = async () => (await Array.fromAsync(volume.list({}))).some((one) => one.id === id)
      expect(await listed()).toBe(false)
      expect((await volume.get(id)).id).toBe(id)
      await expect.poll(listed, { timeout: stage.driver.bounds.listLagMs + 1000 }).toBe(true)
    })

    // A request of a worker that stood still arrives after all, just before its successor makes the same.
    test.each(['volume', 'vpc'] as const)('does not refuse a %s because of its own earlier attempt', async (type) => {
      const asked = request(caseOf(type), stage.neighbours)
      const late = await stage.of(type).create(asked)
      const again = { ...asked, stamp: stampOf(asked.identity, '2.2') }
      const made = await stage.of(type).create(again)
      expect(made.stamp).toEqual(made.id === late.id ? asked.stamp : again.stamp)
    })
  })
}
