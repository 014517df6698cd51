import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { nasty, type Schema, valuesOf } from './arbitrary.fixture.ts'
import { answerFaults, type DocumentedOperation, document, operations } from './documented.fixture.ts'
import { clientOf, finished, recordsOnly, serverOf, serverOfFile } from './server.fixture.ts'

const dataDir = serverOfFile({
  ...recordsOnly,
  ATLAS_RATE_LIMIT: 'off',
  // Whatever is made up as a credential is asked of nobody.
  DIGITALOCEAN_API_URL: 'http://127.0.0.1:9',
})

const shop = {
  name: 'shop',
  provider: 'digitalocean',
  region: 'nyc3',
  resources: [{ type: 'volume', name: 'data', specifications: { size_gb: 10 } }],
}

beforeAll(async () => {
  const client = clientOf(dataDir)
  await finished(client, (await client.apply(shop, {})).id)
})

interface Sent {
  path: Record<string, string>
  query: Record<string, unknown>
  body: unknown
}

const schemas = (document as unknown as { components: { schemas: Record<string, Schema> } }).components.schemas
const named = (ref: string) => schemas[ref.split('/').at(-1)!]!

const ids = fc.oneof(
  fc.constantFrom('shop', 'default', 'digitalocean', ...nasty.filter((one) => one !== '')),
  fc.uuid(),
  fc.string({ minLength: 1 }),
)

function requestsOf({ parameters = [], requestBody }: DocumentedOperation): fc.Arbitrary<Sent> {
  const at = (place: string) => parameters.filter((one) => one.in === place)
  const path = fc.record(Object.fromEntries(at('path').map(({ name }) => [name, ids])))
  const query = fc.record(
    Object.fromEntries(at('query').map(({ name, schema }) => [name, valuesOf(schema as Schema, named)])),
    { requiredKeys: [] },
  )
  const schema = requestBody?.content['application/json']?.schema as Schema | undefined
  return fc.record({ path, query, body: schema ? valuesOf(schema, named) : fc.constant(undefined) })
}

async function send({ method, path: route }: DocumentedOperation, { path, query, body }: Sent) {
  const { url, token } = serverOf(dataDir)
  const filled = route.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name]!.toWellFormed()))
  const words = Object.entries(query).flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)]))
  const stop = new AbortController()
  const answer = await fetch(`${url}${filled}?${new URLSearchParams(words as [string, string][])}`, {
    method: method.toUpperCase(),
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: stop.signal,
  })
  const type = answer.headers.get('content-type') ?? ''
  if (type.includes('json') && !type.includes('jsonl') && !type.includes('ndjson')) {
    const text = await answer.text()
    return { status: answer.status, type, json: text === '' ? undefined : JSON.parse(text) }
  }
  // A stream has no end.
  stop.abort()
  return { status: answer.status, type, json: undefined }
}

/** A credential that was made up has the cloud called with it: what it then answers is another test's. */
const harmless = operations.filter(({ operationId }) => operationId !== 'setCredential')

describe('whatever is sent, the answer is as documented, and no fault of the server', () => {
  test.each(harmless.map((operation) => [operation.operationId, operation] as const))('%s', async (_id, operation) => {
    await fc.assert(
      fc.asyncProperty(requestsOf(operation), async (sent) => {
        const { status, type, json } = await send(operation, sent)
        expect(status, JSON.stringify(json)).toBeLessThan(500)
        expect(answerFaults(operation, status, type, json), JSON.stringify(json)).toEqual([])
      }),
      { numRuns: 20, interruptAfterTimeLimit: 15_000, endOnFailure: true },
    )
  })
})
