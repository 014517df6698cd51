import { newSshKey, publicHalf } from '@atlas/deploy'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ApiNode, apiNode, postgres } from '../api.fixture.ts'
import { dump } from '../database.fixture.ts'
import { openKeys } from './deploy-keys.ts'

let database: Awaited<ReturnType<typeof postgres>>
let node: ApiNode

beforeAll(async () => {
  database = await postgres()
  node = await apiNode(database.url)
})
afterAll(async () => {
  vi.useRealTimers()
  await node.close()
  await database.stop()
})

const path = '/projects/hostomatic/deploy-key'
const owner = { workspace: 'team-a', project: 'hostomatic' }
const opened = () => openKeys({ store: node.store, credentials: node.credentials })(owner, 'ssh')
const fingerprints = async () => {
  const found = await opened()
  return found?.kind === 'ssh' ? found.privateKeys.map((key) => publicHalf(key).fingerprint) : undefined
}

test('Atlas makes a key, tells its public half, and after a rotation the one before serves for a day', async () => {
  const { secret: as } = await node.tokenOf('team-a', 'admin')
  const first = (await node.send('POST', path, { as })).json.deploy_key
  expect(first).toMatchObject({ project: 'hostomatic', kind: 'ssh', host: null, used_at: null })
  expect(first.public_key).toMatch(/^ssh-ed25519 \S+ atlas team-a\/hostomatic$/)
  expect(await fingerprints()).toEqual([first.fingerprint])
  expect((await node.send('POST', path, { as })).json).toMatchObject({
    code: 'already_exists',
    hint: expect.stringContaining('atlas deploy-keys rotate hostomatic'),
  })

  const second = (await node.send('POST', `${path}/rotate`, { as })).json.deploy_key
  expect(await fingerprints()).toEqual([second.fingerprint, first.fingerprint])
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 25 * 3_600_000 })
  expect(await fingerprints()).toEqual([second.fingerprint])
  vi.useRealTimers()

  const { deploy_keys: listed } = (await node.send('GET', '/deploy-keys', { as })).json
  expect(listed).toMatchObject([{ fingerprint: second.fingerprint, used_at: expect.stringMatching(/^\d{4}-/) }])
  expect((await node.send('DELETE', path, { as })).status).toBe(204)
  expect(await opened()).toBeUndefined()
})

test('a key and a token of one’s own are kept side by side, sealed, and nothing private of them is anywhere', async () => {
  const { secret: as } = await node.tokenOf('team-b', 'admin')
  const own = newSshKey('mine')
  const token = 'ghp_planted-and-nowhere'
  await node.send('PUT', path, { as, body: { private_key: own } })
  const kept = await node.send('PUT', path, { as, body: { token, host: 'GitHub.com' } })
  expect(kept.json.deploy_key).toMatchObject({ kind: 'https', host: 'github.com', public_key: null })
  const all = (await node.send('GET', '/deploy-keys', { as })).json
  expect(all.deploy_keys).toMatchObject([{ kind: 'https' }, { kind: 'ssh', ...named(own) }])
  const said = JSON.stringify([all, (await node.send('GET', '/audit', { as })).json, await dump(database.url)])
  for (const secret of [token, own.split('\n')[2]!]) expect(said).not.toContain(secret)
})

const named = (key: string) => ({ public_key: publicHalf(key).publicKey, fingerprint: publicHalf(key).fingerprint })

test.each([
  ['no key', { private_key: `-----BEGIN OPENSSH PRIVATE KEY-----\n${'geheim'.repeat(20)}` }],
  ['a token without a host', { token: 'geheim-geheim' }],
  ['a token of two lines', { token: 'geheim-geheim\nhost=evil.example.org', host: 'github.com' }],
  ['a host with a path', { token: 'geheim-geheim', host: 'github.com/x' }],
])('%s is refused, and not repeated', async (_, body) => {
  const answer = await node.send('PUT', path, { body })
  expect(answer.status).toBe(400)
  expect(JSON.stringify(answer.json)).not.toContain('geheim')
})
