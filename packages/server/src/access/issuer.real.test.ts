import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ApiNode, apiNode, postgres } from '../api.fixture.ts'
import { localIssuer } from './issuer.fixture.ts'

let database: Awaited<ReturnType<typeof postgres>>
let issuer: Awaited<ReturnType<typeof localIssuer>>
let node: ApiNode

beforeAll(async () => {
  database = await postgres()
  issuer = await localIssuer()
  node = await apiNode(database.url, {
    ATLAS_OIDC_ISSUER: issuer.url,
    ATLAS_OIDC_AUDIENCE: 'atlas',
    ATLAS_OIDC_WORKSPACE_CLAIM: 'groups',
    ATLAS_OIDC_WORKSPACES: 'team-1=blue,team-2=green,team-3=gone',
    ATLAS_OIDC_ROLE_CLAIM: 'realm_access.roles',
    ATLAS_OIDC_ROLES: 'ops=admin,dev=operator,staff=viewer',
    ATLAS_OIDC_CLOCK_TOLERANCE: '5',
  })
  for (const workspace of ['blue', 'green']) await node.tokenOf(workspace, 'viewer')
})
afterAll(async () => {
  await node.close()
  await issuer.close()
  await database.stop()
})

const developer = { name: 'Ada', groups: ['team-1'], realm_access: { roles: ['staff', 'dev'] } }
const operations = async (as: string, workspace?: string) =>
  node.send('GET', '/operations', { as, headers: workspace ? { 'atlas-workspace': workspace } : {} })

test('claims say workspace and role; the highest role counts', async () => {
  const as = await issuer.token(developer)
  expect((await operations(as)).status).toBe(200)
  expect((await node.send('GET', '/workspaces', { as })).json.workspaces).toMatchObject([{ name: 'blue' }])
  const refused = await node.send('GET', '/tokens', { as })
  expect([refused.status, refused.json.detail]).toEqual([403, expect.stringContaining('Ada is operator')])
})

test('who has several workspaces names one; another’s is not found', async () => {
  const as = await issuer.token({ ...developer, groups: ['team-1', 'team-2', 'team-3', 'unknown'] })
  expect(await operations(as)).toMatchObject({ status: 400, json: { code: 'usage' } })
  const statuses = []
  for (const workspace of ['blue', 'green', 'default', 'gone']) statuses.push((await operations(as, workspace)).status)
  expect(statuses).toEqual([200, 200, 404, 404])
})

test.each([
  ['for another audience', { aud: 'other' }, {}],
  ['of another issuer', { iss: 'https://elsewhere.example' }, {}],
  ['that has expired', {}, { expiresIn: -10 }],
  ['that is not good yet', { nbf: Math.floor(Date.now() / 1000) + 600 }, {}],
  ['without a subject', { sub: undefined as unknown as string }, {}],
  ['signed with a key of somebody else', {}, { forged: true }],
  ['signed with the public key as a shared secret', {}, { alg: 'HS256' }],
])('a token %s is refused', async (_what, claims, minted) => {
  const answer = await operations(await issuer.token({ ...developer, ...claims }, minted))
  expect(answer).toMatchObject({ status: 401, json: { code: 'unauthorized' } })
})

test('a token without signature is refused', async () => {
  const [, payload] = (await issuer.token(developer)).split('.')
  const none = Buffer.from('{"alg":"none"}').toString('base64url')
  expect((await operations(`${none}.${payload}.`)).status).toBe(401)
  expect((await operations(`${none}.${payload}.AAAA`)).status).toBe(401)
})

test('a clock that is a little behind is put up with', async () => {
  expect((await operations(await issuer.token(developer, { expiresIn: -2 }))).status).toBe(200)
})

test('claims that mean nothing here are told so', async () => {
  const withoutRole = await operations(await issuer.token({ groups: ['team-1'] }))
  expect(withoutRole).toMatchObject({ status: 403, json: { detail: expect.stringContaining('realm_access.roles') } })
  const withoutWorkspace = await operations(await issuer.token({ realm_access: { roles: ['ops'] } }))
  expect(withoutWorkspace).toMatchObject({ status: 403, json: { detail: expect.stringContaining('groups') } })
})

test('keys are asked for once, not by every request', async () => {
  const before = { ...issuer.asked }
  for (let i = 0; i < 20; i++) await operations(await issuer.token({ ...developer, jti: String(i) }))
  expect(issuer.asked).toEqual(before)
})

test('an issuer that does not answer is said to, and asked again', async () => {
  const absent = await localIssuer()
  await absent.close()
  const env = { ATLAS_OIDC_ISSUER: absent.url, ATLAS_OIDC_AUDIENCE: 'atlas' }
  const other = await apiNode(database.url, env)
  const as = await absent.token({ atlas_workspace: 'blue', atlas_role: 'viewer' })
  expect(await other.send('GET', '/operations', { as })).toMatchObject({
    status: 503,
    json: { code: 'issuer_unavailable' },
  })
  await other.close()
})
