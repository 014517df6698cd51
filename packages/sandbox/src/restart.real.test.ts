import { afterEach, expect, test } from 'vitest'
import { droplet, SandboxProcess, until } from './sandbox.fixture.ts'

let cloud: SandboxProcess
afterEach(() => cloud.remove())

interface Made {
  droplet: { id: number; status: string; locked: boolean }
  links: { actions: { id: number }[] }
}

test('what was answered is there after kill -9, and what was under way goes on', async () => {
  cloud = await SandboxProcess.start('--settle-ms', '60000')
  const { body } = await cloud.call<Made>('POST', '/v2/droplets', droplet({ tags: ['kept'] }))
  const { body: network } = await cloud.call<{ vpc: { id: string } }>('POST', '/v2/vpcs', {
    name: 'kept',
    region: 'sfo3',
  })
  const { token } = cloud
  await cloud.kill('SIGKILL')

  await cloud.startAgain('--settle-ms', '0')
  expect(cloud.token).toBe(token)
  const path = `/v2/droplets/${body.droplet.id}`
  const now = await until(
    () => cloud.get<Made>(path),
    (answer) => !answer.droplet.locked,
  )
  expect(now.droplet.status).toBe('active')
  const action = await cloud.get<{ action: { status: string } }>(`/v2/actions/${body.links.actions[0]!.id}`)
  expect(action.action.status).toBe('completed')
  expect((await cloud.get<{ vpc: { name: string } }>(`/v2/vpcs/${network.vpc.id}`)).vpc.name).toBe('kept')
  const { body: next } = await cloud.call<Made>('POST', '/v2/droplets', droplet())
  expect(next.droplet.id).toBeGreaterThan(body.droplet.id)
})

test('ids of what was deleted are not given out again', async () => {
  cloud = await SandboxProcess.start('--settle-ms', '0')
  const { body } = await cloud.call<Made>('POST', '/v2/droplets', droplet())
  await cloud.call('DELETE', `/v2/droplets?tag_name=none`)
  await until(
    () => cloud.get<Made>(`/v2/droplets/${body.droplet.id}`),
    (answer) => !answer.droplet.locked,
  )
  await cloud.call('DELETE', `/v2/droplets/${body.droplet.id}`)
  await cloud.kill('SIGTERM')
  await cloud.startAgain()
  const { body: next } = await cloud.call<Made>('POST', '/v2/droplets', droplet())
  expect(next.droplet.id).toBeGreaterThan(body.droplet.id)
})

test('a second sandbox on the same folder refuses to start', async () => {
  cloud = await SandboxProcess.start()
  const first = cloud.url
  await expect(cloud.startAgain()).rejects.toThrow('the sandbox ended with 1')
  expect((await fetch(`${first}/v2/account`)).status).toBe(401)
})
