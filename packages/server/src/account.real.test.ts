import type { AtlasError } from '@atlas/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  clientOf,
  dataFolder,
  finished,
  type ServerProcess,
  serverOf,
  startServer,
  stopServer,
  twoMachines,
} from './server.fixture.ts'

const folders = [dataFolder(), dataFolder(), dataFolder()] as const
const [mine, one, other] = folders
let clouds: ServerProcess[]

/** My server with the account that another server's sandbox plays. */
async function withAccountOf<T>(cloud: { path: string }, work: () => Promise<T>): Promise<T> {
  const { url, token } = serverOf(cloud.path).sandbox!
  const server = await startServer(mine.path, { args: [], env: { DO_TOKEN: token, DIGITALOCEAN_API_URL: url } })
  try {
    return await work()
  } finally {
    await stopServer(server)
  }
}

beforeAll(async () => {
  clouds = await Promise.all([one, other].map(({ path }) => startServer(path)))
})
afterAll(async () => {
  await Promise.all(clouds.map(stopServer))
  for (const folder of folders) folder.remove()
})

test('an infrastructure stays bound to its account: with another credential nothing is planned, made or forgotten', async () => {
  await withAccountOf(one, async () => {
    const { id } = await clientOf(mine.path).apply(twoMachines(), {})
    expect(await finished(clientOf(mine.path), id)).toMatchObject({ status: 'succeeded' })
  })

  await withAccountOf(other, async () => {
    const client = clientOf(mine.path)
    const refusals = [client.planApply(twoMachines()), client.planDestroy('shop'), client.planRepair('shop')]
    for (const refusal of await Promise.allSettled(refusals)) {
      const { code, message, hint } = (refusal as PromiseRejectedResult).reason as AtlasError
      expect(code).toBe('account_mismatch')
      expect(message).toMatch(/^shop lives in digitalocean:.*; the credential is for digitalocean:/)
      expect(hint).toContain('another name')
    }
    // Another name is another infrastructure, and may live there.
    expect((await client.planApply(twoMachines({ name: 'elsewhere' }))).steps).toHaveLength(3)
  })

  await withAccountOf(one, async () => {
    expect((await clientOf(mine.path).planApply(twoMachines())).steps).toEqual([])
  })
})
