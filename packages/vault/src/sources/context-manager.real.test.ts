import { expect, test } from 'vitest'
import { contextManagerSource } from './context-manager.ts'
import { far } from './far.fixture.ts'

// Context Manager publishes no API: what is spoken here is written down in docs/credentials.md.

test('it is asked for workspace and cloud, with its token, and its answer may have an end', async () => {
  await using manager = await far(() => ({ status: 200, body: { credential: { token: 'dop_v1_x' }, expires_in: 60 } }))
  const source = contextManagerSource({ url: `${manager.url}/`, token: 'hello' })
  const secret = await source.read('team a/..', 'digitalocean')
  expect(secret).toEqual({ fields: { token: 'dop_v1_x' }, expiresAt: expect.any(Number) })
  expect(Math.abs(secret!.expiresAt! - Date.now() - 60_000)).toBeLessThan(30_000)
  expect(manager.asked).toMatchObject([
    {
      method: 'GET',
      path: '/api/v1/workspaces/team%20a%2F../credentials/digitalocean',
      headers: { authorization: 'Bearer hello', accept: 'application/json' },
    },
  ])
})

test('404 means that it has none', async () => {
  await using manager = await far(() => ({ status: 404 }))
  expect(await contextManagerSource({ url: manager.url }).read('w', 'digitalocean')).toBeUndefined()
  expect(manager.asked[0]?.headers.authorization).toBeUndefined()
})

test.each([429, 500, 503])('%i means that it is down', async (status) => {
  await using manager = await far(() => ({ status, body: { credential: { token: 'dop_v1_x' } } }))
  const read = contextManagerSource({ url: manager.url }).read('w', 'digitalocean')
  await expect(read).rejects.toMatchObject({ code: 'credential_unavailable' })
})

test('so does no answer in time, and nobody there', async () => {
  await using manager = await far(() => undefined)
  const silent = contextManagerSource({ url: manager.url, timeoutMs: 50 }).read('w', 'digitalocean')
  await expect(silent).rejects.toMatchObject({ code: 'credential_unavailable', message: /no answer in time/ })
  const absent = contextManagerSource({ url: 'http://127.0.0.1:1' }).read('w', 'digitalocean')
  await expect(absent).rejects.toMatchObject({ code: 'credential_unavailable' })
})

test.each([
  ['a refusal', { status: 401 }],
  ['a number for a token', { status: 200, body: { credential: { token: 12_345_678 } } }],
  ['no field', { status: 200, body: { credential: {} } }],
  ['something else', { status: 200, body: 'dop_v1_secret' }],
])('%s is said without repeating anything of the answer', async (_what, answer) => {
  await using manager = await far(() => answer)
  const error = await contextManagerSource({ url: manager.url })
    .read('w', 'digitalocean')
    .catch((caught) => caught)
  expect(error).toMatchObject({ code: 'config_invalid' })
  expect(JSON.stringify([error.message, error.hint])).not.toMatch(/12345678|dop_v1_secret/)
})

test('a redirect is not followed', async () => {
  await using manager = await far(() => ({ status: 302 }))
  const read = contextManagerSource({ url: manager.url, token: 'hello' }).read('w', 'digitalocean')
  await expect(read).rejects.toMatchObject({ code: 'credential_unavailable' })
})
