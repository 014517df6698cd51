import { expect, test } from 'vitest'
import { digitalOceanDriver } from './driver.ts'
import type { Send } from './wire.ts'

/** A Droplet as the API tells it, as far as the driver reads it. */
const droplet = {
  id: 480_000_001,
  name: 'web1',
  disk: 25,
  locked: false,
  status: 'active',
  features: [],
  image: { id: 195_932_981, slug: 'ubuntu-24-04-x64', type: 'base' },
  size_slug: 's-1vcpu-1gb',
  region: { slug: 'nyc3' },
  networks: { v4: [{ ip_address: '203.0.113.7', type: 'public' }], v6: [] },
  tags: [],
  vpc_uuid: 'net',
}

const answering =
  (status: number, body: object): Send =>
  async () => ({ status, headers: new Headers(), body: JSON.stringify(body) })

const seen = (told: object) =>
  digitalOceanDriver({
    token: 'secret',
    send: answering(200, { droplet: { ...droplet, ...told } }),
  }).types.machine!.get('480000001')

test.each([
  [{}, 'ready', undefined],
  [{ status: 'new' }, 'pending', 'it is being made'],
  [{ networks: { v4: [], v6: [] } }, 'pending', 'it has no address yet'],
  [{ networks: { v4: [{ ip_address: '10.0.0.2', type: 'private' }] } }, 'pending', 'it has no address yet'],
  [{ locked: true }, 'pending', 'an action is running on it'],
  [{ status: 'off' }, 'ready', undefined],
  [{ status: 'archive' }, 'failed', 'it is archived'],
])('a Droplet with %j is %s', async (told, phase, reason) => {
  expect(await seen(told)).toMatchObject({ phase, ...(reason && { reason }) })
})

test('an image that lost its slug to a newer one is still the one that was asked for', async () => {
  const image = { id: 195_932_981, slug: null, type: 'base' }
  const tags = ['atlas-image:ubuntu-24-04-x64']
  expect((await seen({ image, tags })).live.image).toBe('ubuntu-24-04-x64')
  expect((await seen({ image })).live.image).toBe('195932981')
  expect((await seen({ image: { ...image, type: 'snapshot' }, tags })).live.image).toBe('195932981')
  expect((await seen({ image: {}, tags: ['atlas-image:195932981'] })).live.image).toBe('195932981')
})

test('the token is in nothing that the driver says', async () => {
  const driver = digitalOceanDriver({
    token: 'dop_v1_unseen',
    send: answering(500, { id: 'server_error', message: 'no' }),
  })
  const error = await driver.account().catch((error: unknown) => error)
  expect(JSON.stringify([driver, error, String(error), (error as Error).stack])).not.toContain('unseen')
})
