import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '@atlas/core'
import { expect, test } from 'vitest'
import { requests } from './requests.fixture.ts'
import { clientOf, finished, recordsOnly, serverOf, serverOfFile } from './server.fixture.ts'

const dataDir = serverOfFile(recordsOnly)
const send = requests(dataDir)

interface Example {
  method: string
  path: string
  /** What is sent, or, where a GET is followed by JSON, what is answered. */
  json: JsonObject
  response: JsonObject | undefined
}

/** The examples as the document has them: a request line, JSON, and perhaps the answer. */
const [create, monitor, estimate] = examplesIn(
  readFileSync(join(import.meta.dirname, '__cases__/requirement-5-usage.md'), 'utf8'),
) as [Example, Example, Example]

function examplesIn(document: string): Example[] {
  return [...document.matchAll(/```bash\n(\w+) \/api\/v1(\S+)\n(.*?)(?:\nResponse:\n(.*?))?```/gs)].map(
    ([, method, path, json, response]) => ({
      method: method!,
      path: path!,
      json: JSON.parse(json!) as JsonObject,
      response: response === undefined ? undefined : (JSON.parse(response) as JsonObject),
    }),
  )
}

/** In the cloud's own panel, so to speak. */
async function addKeyToAccount(name: string): Promise<void> {
  const { url, token } = serverOf(dataDir).sandbox!
  const { publicKey } = generateKeyPairSync('ed25519')
  const text = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes])
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
  const blob = Buffer.concat([text(Buffer.from('ssh-ed25519')), text(raw)]).toString('base64')
  const answer = await fetch(`${url}/v2/account/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, public_key: `ssh-ed25519 ${blob}` }),
  })
  expect(answer.status).toBe(201)
}

test('creating infrastructure as written, where the account has no such SSH key: said before anything is made', async () => {
  const { status, json } = await send(create.method, create.path, { body: create.json })
  expect([status, json.code]).toEqual([422, 'spec_invalid'])
  expect(json.problems).toEqual([
    expect.objectContaining({ where: '/resources/0/specifications/ssh_keys/0', found: 'fingerprint1' }),
  ])
  expect(json.hint).toContain('add the key to the account')
  expect((await send('GET', '/infrastructure')).json.infrastructure).toEqual([])
})

test('creating infrastructure and monitoring the operation, as written', async () => {
  await addKeyToAccount('fingerprint1')
  const { status, headers, json } = await send(create.method, create.path, { body: create.json })
  expect(status, JSON.stringify(json)).toBe(202)

  const path = monitor.path.replace('{operation-id}', json.operation.id)
  expect(headers.get('location')).toBe(`/api/v1${path}`)
  const seen = (await send(monitor.method, path)).json
  const described = monitor.json.operation as JsonObject
  expect(Object.keys(seen.operation)).toEqual(expect.arrayContaining(Object.keys(described)))
  for (const [name, value] of Object.entries(described))
    if (seen.operation[name] !== null) expect([name, typeof seen.operation[name]]).toEqual([name, typeof value])

  expect(await finished(clientOf(dataDir), json.operation.id)).toMatchObject({
    status: 'succeeded',
    total_steps: 2,
    completed_steps: 2,
    current_step: null,
    created_resources: ['web-server', 'app-database'],
  })
  const { infrastructure } = (await send('GET', `/infrastructure/${create.json.name}`)).json
  expect(infrastructure).toMatchObject({ status: 'ready', tags: create.json.tags, resource_count: 2 })
})

test('estimating as written: the fields of the document, and what DigitalOcean really charges', async () => {
  const { status, json } = await send(estimate.method, estimate.path, { body: estimate.json })
  expect(status).toBe(200)
  expect(Object.keys(json)).toEqual(expect.arrayContaining(Object.keys(estimate.response!)))
  const [server] = estimate.response!.breakdown as JsonObject[]
  expect(json.breakdown[0]).toMatchObject({ ...server, resource_type: 'machine', estimated_cost: 6 })
  expect([json.estimated_monthly_cost, json.currency]).toEqual([6, 'USD'])
})
