import { expect, test } from 'vitest'
import { requests } from './requests.fixture.ts'
import { clientOf, finished, recordsOnly, serverOf, serverOfFile } from './server.fixture.ts'

// No patrol runs here: what is found, was found because somebody asked.
const dataDir = serverOfFile(recordsOnly)
const send = requests(dataDir)

const disk = (name: string) => ({
  name,
  provider: 'digitalocean',
  region: 'nyc3',
  resources: [{ type: 'volume', name: 'data', specifications: { size_gb: 10 } }],
})

const make = async (name: string) => {
  const client = clientOf(dataDir)
  expect(await finished(client, (await client.apply(disk(name), {})).id)).toMatchObject({ status: 'succeeded' })
  return (await client.infrastructure(name)).resources[0]!.id
}

/** As somebody with the account's own console would. */
async function behindOurBack(method: string, path: string, body?: object) {
  const { url, token } = serverOf(dataDir).sandbox!
  const answer = await fetch(`${url}/v2${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  expect(answer.ok).toBe(true)
}

const look = (name: string) => send('POST', `/infrastructure/${name}/drift`)
const kept = (name: string) => send('GET', `/infrastructure/${name}/drift`)

test('what somebody else has changed is found at once, kept, and told', async () => {
  const id = await make('resized')
  expect((await kept('resized')).json.looked_at).toBeNull()
  expect((await look('resized')).json).toMatchObject({ resources: [], looked_at: expect.any(String) })

  await behindOurBack('POST', `/volumes/${id}/actions`, { type: 'resize', size_gigabytes: 25, region: 'nyc3' })
  await expect
    .poll(async () => (await look('resized')).json.resources)
    .toMatchObject([{ resource: 'data', kind: 'changed', reason: expect.stringContaining('25 GiB') }])
  expect((await kept('resized')).json).toMatchObject({
    resources: [{ kind: 'changed' }],
    hint: 'atlas repair resized --plan',
  })
  const { events } = (await send('GET', '/events?follow=false&type=drift.*&infrastructure=resized')).json
  expect(events.map(({ type }: { type: string }) => type)).toEqual(['drift.detected'])
})

test('what is gone is found gone, and the infrastructure says so', async () => {
  const id = await make('gone')
  await behindOurBack('DELETE', `/volumes/${id}`)
  await expect
    .poll(async () => (await look('gone')).json.resources)
    .toMatchObject([{ resource: 'data', kind: 'missing' }])
  expect((await send('GET', '/infrastructure/gone')).json.infrastructure.status).toBe('degraded')
  const operations = (await send('GET', '/operations?infrastructure=gone')).json.operations
  expect(operations).toHaveLength(1)
})

test('there is nothing to look at where nothing is', async () => {
  expect((await look('nowhere')).status).toBe(404)
})
