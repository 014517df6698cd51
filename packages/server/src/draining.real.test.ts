import { afterAll, expect, test } from 'vitest'
import { dataFolder, startServer } from './server.fixture.ts'

const folder = dataFolder()
afterAll(folder.remove)

test('asked to end, a server says that it drains, goes on answering for so long, and ends with 0', async () => {
  const env = { ATLAS_DRAIN_SECONDS: '5' }
  const { child, line, ended } = await startServer(folder.path, { args: [], env })
  const health = async () => {
    const answer = await fetch(`${line.url}/api/v1/health`)
    return [answer.status, ((await answer.json()) as { status: string }).status]
  }
  expect(await health()).toEqual([200, 'ok'])
  child.kill('SIGTERM')
  await expect.poll(health).toEqual([503, 'draining'])
  expect((await fetch(`${line.url}/openapi.json`)).status).toBe(200)
  expect(await ended).toBe(0)
  await expect(health()).rejects.toThrow()
})
