import { type CreateRequest, type Identity, identityHash, type JsonObject, ownerOf } from '@atlas/core'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { checked } from './checked.ts'
import { type Ground, openGround } from './sandbox.ts'

const exchanges = checked()
let ground: Ground

beforeEach(async () => {
  ground = await openGround(exchanges)
})
afterEach(() => ground.close())
afterAll(() => expect(exchanges.tally.violations).toEqual([]))

const gate = () => {}

function request(resource: string, operation: string, specifications: JsonObject): CreateRequest {
  const identity: Identity = { workspace: 'home', infrastructure: 'shop', resource, generation: 1 }
  const stamp = { owner: ownerOf('home', 'shop'), identity: identityHash(identity), operation, step: 0, token: '1.1' }
  return { identity, stamp, name: resource, region: 'nyc3', specifications, gate }
}
const bare = {
  size: 's-1vcpu-1gb',
  image: 'ubuntu-24-04-x64',
  ssh_keys: [],
  backups: false,
  monitoring: false,
  ipv6: false,
}

test("a region's default network stays without a trace of ours, and is used again", async () => {
  const vpc = ground.driver().types.vpc!
  const made = await vpc.create(request('net', 'first', { description: 'mine' }))
  expect(made.live.default).toBe(true)
  expect(await vpc.remove(made, { gate })).toBe('kept')
  const kept = await vpc.get(made.id)
  expect(kept).toMatchObject({ id: made.id, stamp: undefined, live: { description: 'mine' } })

  const again = await vpc.create(request('net', 'second', { description: 'yours' }))
  expect(again).toMatchObject({ id: made.id, stamp: { operation: 'second' }, live: { description: 'yours' } })
})

test('a name that another operation of this infrastructure has taken is not ours', async () => {
  const volume = ground.driver().types.volume!
  const want = { size_gb: 1, filesystem: 'ext4', tags: [] }
  const first = await volume.create(request('data', 'first', want))
  expect((await volume.create(request('data', 'first', want))).id).toBe(first.id)
  await expect(volume.create(request('data', 'second', want))).rejects.toMatchObject({ code: 'not_ours' })
})

test("no password of a database is in what is kept of it, nor in what the driver's errors say", async () => {
  const database = ground.driver().types.database!
  const want = { engine: 'pg', version: '16', size: 'db-s-1vcpu-1gb', num_nodes: 1, tags: [] }
  const made = await database.create(request('data', 'first', want))
  await expect.poll(async () => (await database.get(made.id)).phase).toBe('ready')
  const seen = JSON.stringify([made, await database.get(made.id), await Array.fromAsync(database.list({}))])
  const { records } = await ground.admin.dump()
  const secrets = [...JSON.stringify(records).matchAll(/"password":"([^"]+)"/g)].map(([, secret]) => secret!)
  expect(secrets.length).toBeGreaterThan(0)
  for (const secret of secrets) expect(seen).not.toContain(secret)
})

test("the tag of one create goes with its resource, the infrastructure's stays", async () => {
  const machine = ground.driver().types.machine!
  const { id, stamp } = await machine.create(request('web1', 'first', { ...bare, tags: [] }))
  expect(stamp).toEqual(request('web1', 'first', {}).stamp)
  const tags = async () => {
    const { tags } = await ground.get<{ tags: { name: string }[] }>('/v2/tags?per_page=200')
    return tags.map(({ name }) => name).sort()
  }
  expect((await tags()).filter((tag) => tag.includes(':first:'))).toHaveLength(1)
  await expect.poll(async () => (await machine.get(id)).phase).toBe('ready')
  await machine.remove(await machine.get(id), { gate })
  expect(await tags()).toEqual(['atlas-image:ubuntu-24-04-x64', `atlas:${stamp!.owner}`])
})

test('a snapshot of a machine is made once, however often it is asked for', async () => {
  const { machine, snapshot } = ground.driver().types
  const { id } = await machine!.create(request('web1', 'first', { ...bare, tags: [] }))
  await expect.poll(async () => (await machine!.get(id)).phase).toBe('ready')
  const asked = request('copy', 'first', { machine: id })
  const made = await snapshot!.create(asked)
  expect(made).toMatchObject({ phase: 'pending', stamp: asked.stamp })
  await expect.poll(async () => (await snapshot!.get(made.id)).phase).toBe('ready')
  expect((await snapshot!.create({ ...asked, stamp: { ...asked.stamp, token: '2.7' } })).id).toBe(made.id)
})

test('machines are read again 200 in a call', async () => {
  const count = 600
  const plain = { size: 's-1vcpu-1gb', image: 'ubuntu-24-04-x64' }
  for (let n = 0; n < count; n++)
    await ground.plant({ type: 'machine', name: `web${n}`, region: 'nyc3', specifications: plain })
  await ground.admin.resetRequests()
  expect(await Array.fromAsync(ground.driver().types.machine!.list({}))).toHaveLength(count)
  expect(await ground.admin.requests()).toEqual({ 'GET /v2/droplets': count / 200 })
})

const inTurn = [true, { plan: 'weekly' }, { plan: 'weekly', weekday: 'TUE', hour: 8 }, { plan: 'daily', hour: 4 }]

test('machines with backups are read again 200 in a call, each with its policy', async () => {
  const machine = ground.driver().types.machine!
  for (let n = 0; n < 250; n++)
    await machine.create(request(`web${n}`, 'first', { ...bare, backups: inTurn[n % inTurn.length]!, tags: [] }))
  await ground.admin.resetRequests()
  const listed = await Array.fromAsync(machine.list({ owner: ownerOf('home', 'shop') }))
  expect(await ground.admin.requests()).toEqual({ 'GET /v2/droplets': 2 })
  for (const one of listed.slice(-8)) expect(one).toEqual(await machine.get(one.id))
})

test('a backup policy that we change is known from the next listing, one that somebody else changes is read', async () => {
  const machine = ground.driver().types.machine!
  const want = { ...bare, backups: { plan: 'weekly', weekday: 'TUE', hour: 8 }, tags: [] }
  const { id } = await machine.create(request('web1', 'first', { ...bare, backups: false, tags: [] }))
  const settled = async (backups: unknown) => {
    await expect.poll(async () => (await machine.get(id)).live.backups).toEqual(backups)
    await expect.poll(async () => (await machine.get(id)).phase).toBe('ready')
    await ground.admin.resetRequests()
    expect(await Array.fromAsync(machine.list({}))).toMatchObject([{ live: { backups } }])
    return ground.admin.requests()
  }
  await settled(false)
  await machine.update(await machine.get(id), want, { gate })
  expect(await settled(want.backups)).toEqual({ 'GET /v2/droplets': 1 })

  const theirs = { plan: 'weekly', weekday: 'FRI', hour: 16 }
  await ground.post(`/v2/droplets/${id}/actions`, { type: 'change_backup_policy', backup_policy: theirs })
  expect(await settled(theirs)).toEqual({ 'GET /v2/droplets': 1, 'GET /v2/droplets/:droplet_id/backups/policy': 1 })
  expect(machine.diff(want, await machine.get(id))).toMatchObject({ kind: 'update', fields: [{ field: '/backups' }] })
})
