import type { Client } from '@atlas/client'
import { beforeAll, expect, test } from 'vitest'
import { clientOf, finished, serverOf, serverOfFile, twoMachines } from './server.fixture.ts'

const dataDir = serverOfFile({ ATLAS_PATROL_MINUTES: '0.01' })
let client: Client

beforeAll(() => {
  client = clientOf(dataDir)
})

async function event(type: string, after: string): Promise<{ id: string; data: unknown }> {
  const stop = new AbortController()
  try {
    for await (const one of client.events({ after, signal: stop.signal })) if (one.type === type) return one
  } finally {
    stop.abort()
  }
  throw new Error(`no ${type}`)
}

const resourceOf = async (name: string) =>
  (await client.infrastructure('shop')).resources.find((resource) => resource.name === name)

test('what was removed behind our back is seen on schedule, and a repair brings it back', async () => {
  const { id } = await client.apply(twoMachines(), {})
  expect(await finished(client, id)).toMatchObject({ status: 'succeeded' })
  const before = await resourceOf('web1')
  const { url, token } = serverOf(dataDir).sandbox!
  await fetch(`${url}/v2/droplets/${before!.id}`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } })

  const drift = await event('drift.detected', '0')
  expect(drift.data).toMatchObject({ resources: [{ resource: 'web1', kind: 'missing' }] })
  expect(await client.infrastructure('shop')).toMatchObject({ status: 'degraded' })

  const plan = await client.planRepair('shop')
  // The delete only makes sure that it is gone, and ends the claim on it.
  expect(plan.steps.map(({ action, resource }) => `${action} ${resource}`)).toEqual(['delete web1', 'create web1'])
  const repair = await client.repair('shop', { planHash: plan.hash })
  expect(await finished(client, repair.id)).toMatchObject({ kind: 'repair', status: 'succeeded' })
  expect((await event('step.done', drift.id)).data).toMatchObject({ resource: 'web1', action: 'delete', gone: true })
  await event('drift.cleared', drift.id)
  expect((await resourceOf('web1'))!.id).not.toBe(before!.id)
  expect(await client.infrastructure('shop')).toMatchObject({ status: 'ready' })
})

test('a rollback goes back to what was described before, and is itself an operation', async () => {
  const smaller = twoMachines()
  smaller.resources = (smaller.resources as { name: string }[]).filter(({ name }) => name !== 'web2')
  const shrink = await client.planApply(smaller)
  const shrunk = await client.apply(smaller, { planHash: shrink.hash, consent: ['web2'] })
  await finished(client, shrunk.id)
  expect(await resourceOf('web2')).toBeUndefined()

  const plan = await client.planRollback(shrunk.id)
  expect(plan.steps.map(({ action, resource }) => `${action} ${resource}`)).toEqual(['create web2'])
  const back = await client.rollback(shrunk.id, { planHash: plan.hash })
  expect(await finished(client, back.id)).toMatchObject({ kind: 'rollback', status: 'succeeded' })
  expect((await client.planApply(twoMachines())).steps).toEqual([])
})

test('a plan that was looked at too long ago is refused, and so is a loss of data nobody agreed to', async () => {
  const old = await client.planDestroy('shop')
  await expect(client.destroy('shop', { planHash: old.hash })).rejects.toMatchObject({ code: 'consent_required' })
  const { id } = await client.apply({ ...twoMachines(), tags: { team: 'a' } }, {})
  await finished(client, id)
  const consent = ['web1', 'web2']
  await expect(client.destroy('shop', { planHash: old.hash, consent })).rejects.toMatchObject({ code: 'plan_stale' })
})
