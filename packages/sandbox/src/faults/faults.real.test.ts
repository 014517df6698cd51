import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { droplet, SandboxProcess } from '../sandbox.fixture.ts'

let cloud: SandboxProcess
beforeAll(async () => {
  cloud = await SandboxProcess.start('--settle-ms', '0')
})
afterAll(() => cloud.remove())
afterEach(() => cloud.admin.clearFaults())

const total = async (name: string): Promise<number> =>
  (await cloud.get<{ meta: { total: number } }>(`/v2/droplets?name=${name}`)).meta.total
const create = (name: string) => cloud.call<{ droplet: { id: number } }>('POST', '/v2/droplets', droplet({ name }))

test('a lost answer breaks the connection and leaves its effect', async () => {
  await cloud.admin.addFault({ kind: 'lost_answer', method: 'POST', path: '/v2/droplets', count: 1 })
  await expect(create('lost-answer')).rejects.toThrow(TypeError)
  expect(await total('lost-answer')).toBe(1)
  expect((await create('lost-answer')).status).toBe(202)
})

test('a lost request breaks the connection and has no effect', async () => {
  await cloud.admin.addFault({ kind: 'lost_request', method: 'POST', path: '/v2/droplets', count: 1 })
  await expect(create('lost-request')).rejects.toThrow(TypeError)
  expect(await total('lost-request')).toBe(0)
})

test('an error comes before the effect or after it', async () => {
  await cloud.admin.addFault({ kind: 'error', status: 503, when: 'before', path: '/v2/droplets', count: 1 })
  expect(await create('failed')).toMatchObject({ status: 503, body: { id: 'service_unavailable' } })
  expect(await total('failed')).toBe(0)
  await cloud.admin.addFault({ kind: 'error', when: 'after', path: '/v2/droplets', method: 'POST', count: 1 })
  expect(await create('failed')).toMatchObject({ status: 500, body: { id: 'server_error' } })
  expect(await total('failed')).toBe(1)
})

test('a slow answer has its effect at once', async () => {
  await cloud.admin.addFault({ kind: 'slow_answer', ms: 3_600_000, method: 'POST', path: '/v2/droplets' })
  const given = new AbortController()
  const asked = fetch(`${cloud.url}/v2/droplets`, {
    method: 'POST',
    headers: { authorization: `Bearer ${cloud.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(droplet({ name: 'slow' })),
    signal: given.signal,
  }).catch(() => 'given up')
  await expect.poll(() => total('slow')).toBe(1)
  given.abort()
  expect(await asked).toBe('given up')
})

test('listings lag: what is new is not there yet, what is deleted still is, and asking by id tells the truth', async () => {
  const old = (await create('lagging')).body.droplet.id
  await expect
    .poll(async () => (await cloud.get<{ droplet: { locked: boolean } }>(`/v2/droplets/${old}`)).droplet.locked)
    .toBe(false)
  await cloud.admin.addFault({ kind: 'list_lag', ms: 600_000, path: '/v2/droplets' })
  await cloud.call('DELETE', `/v2/droplets/${old}`)
  const fresh = (await create('lagging')).body.droplet.id
  const listed = async () =>
    (await cloud.get<{ droplets: { id: number }[] }>('/v2/droplets?name=lagging')).droplets.map(({ id }) => id)
  expect(await listed()).toEqual([old])
  expect((await cloud.call('GET', `/v2/droplets/${old}`)).status).toBe(404)
  expect((await cloud.call('GET', `/v2/droplets/${fresh}`)).status).toBe(200)
  await cloud.admin.clearFaults()
  expect(await listed()).toEqual([fresh])
})

test('the same seed hits the same requests', async () => {
  const hits = async (seed: number) => {
    await cloud.admin.clearFaults()
    await cloud.admin.addFault({ kind: 'rate_limit', path: '/v2/account', probability: 0.5, seed, retry_after_s: 7 })
    const answers = []
    for (let times = 0; times < 20; times++) answers.push(await cloud.call('GET', '/v2/account'))
    const refused = answers.find(({ status }) => status === 429)
    expect(refused?.headers.get('retry-after')).toBe('7')
    return answers.map(({ status }) => status)
  }
  const first = await hits(42)
  expect(await hits(42)).toEqual(first)
  expect(await hits(43)).not.toEqual(first)
})

test('a fault ends after its count and after its time, and is refused where it makes no sense', async () => {
  await cloud.admin.addFault({ kind: 'error', path: '/v2/account', count: 2 })
  const statuses = []
  for (let times = 0; times < 3; times++) statuses.push((await cloud.call('GET', '/v2/account')).status)
  expect(statuses).toEqual([500, 500, 200])
  await cloud.admin.addFault({ kind: 'error', path: '/v2/account', expires_in_ms: 0 })
  expect((await cloud.call('GET', '/v2/account')).status).toBe(200)
  expect(await cloud.admin.faults()).toEqual([])
  expect((await cloud.call('POST', '/_sandbox/faults', { kind: 'gremlins' })).status).toBe(422)
})
