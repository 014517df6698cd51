import { afterAll, beforeAll, expect, test } from 'vitest'
import { SandboxProcess } from '../sandbox.fixture.ts'

let cloud: SandboxProcess
beforeAll(async () => {
  cloud = await SandboxProcess.start('--rate-limit', '5/h')
})
afterAll(() => cloud.remove())

test('every answer tells what is left, of which a request without a token takes nothing; the first one too many is told when to come back', async () => {
  await fetch(`${cloud.url}/v2/account`)
  const answers = []
  for (let times = 0; times < 6; times++) answers.push(await cloud.call<{ id?: string }>('GET', '/v2/account'))
  expect(answers.map(({ headers }) => headers.get('ratelimit-remaining'))).toEqual(['4', '3', '2', '1', '0', '0'])
  const last = answers.at(-1)!
  expect(last).toMatchObject({ status: 429, body: { id: 'too_many_requests' } })
  expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(Number(last.headers.get('ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000)
  expect(last.headers.get('ratelimit-limit')).toBe('5')
  expect((await cloud.admin.info()).backend).toBe('none')
})

test('a wrong token is told nothing', async () => {
  const answer = await fetch(`${cloud.url}/v2/account`, { headers: { authorization: 'Bearer wrong' } })
  expect(answer.status).toBe(401)
  expect(await answer.json()).toMatchObject({ id: 'Unauthorized', message: 'Unable to authenticate you' })
})
