import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { resourceTypes } from '@atlas/core'
import { expect, test } from 'vitest'
import { createApi } from './app.ts'
import type { Control } from './control.ts'
import { openApiDocument } from './document.ts'
import { walk } from './examples/walk.ts'
import { rootToken } from './root-token.ts'

interface Operation {
  operationId?: string
  summary?: string
  description?: string
  tags?: string[]
  parameters?: { name: string; schema: object }[]
  requestBody?: Part
  responses: Record<string, Part>
}

interface Part {
  content?: Record<string, { examples?: object }>
}

interface Document {
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, { required?: string[]; properties?: Record<string, object>; oneOf?: object[] }>
  }
}

const document = (await openApiDocument()) as Document
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ route: `${method} ${path}`, ...operation })),
)

test('openapi.json is what the routes say (npm run generate)', () => {
  const kept = JSON.parse(readFileSync(join(import.meta.dirname, '../openapi.json'), 'utf8'))
  expect(kept).toEqual(JSON.parse(JSON.stringify(document)))
})

test('every operation has a name of its own, a summary, a description and a tag', () => {
  const bare = operations.filter(
    ({ operationId, summary, description = '', tags }) =>
      !(operationId && summary && description.length > 20 && tags?.[0]),
  )
  expect(bare.map(({ route }) => route)).toEqual([])
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
})

test('every operation has an example, and so has every body and every answer in JSON', () => {
  const shown = new Set(walk.map(({ operation }) => operation))
  const bare = operations.flatMap(({ operationId = '', requestBody, responses }) => {
    const places = Object.entries({ body: requestBody, ...responses }).filter(([place]) => /^(body|2..)$/.test(place))
    const empty = places.filter(([, part]) =>
      Object.entries(part?.content ?? {}).some(([type, { examples }]) => type.includes('json') && !examples),
    )
    return [...(shown.has(operationId) ? [] : [operationId]), ...empty.map(([place]) => `${operationId} ${place}`)]
  })
  expect(bare).toEqual([])
})

test('the name of what exists need not be said', () => {
  const { DescribedChange, DescribedUpdate } = document.components.schemas
  expect(DescribedChange?.required).toContain('name')
  expect(DescribedUpdate?.required).not.toContain('name')
})

test('the document is one of OpenAPI 3.1, by its official schema', async () => {
  const { Validator } = await import('@seriousme/openapi-schema-validator')
  const validator = new Validator()
  const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(document)))
  expect([valid, validator.version, errors]).toEqual([true, '3.1', undefined])
})

test('every change of the world takes a plan first, and says so as a boolean', () => {
  const changing = operations.filter(({ parameters }) => parameters?.some(({ name }) => name === 'plan'))
  expect(changing.map(({ operationId }) => operationId)).toContain('createInfrastructure')
  for (const { operationId, parameters } of changing)
    expect([operationId, parameters?.find(({ name }) => name === 'plan')?.schema]).toEqual([
      operationId,
      { type: 'boolean' },
    ])
})

test('a body is shown by the schema that descriptions are held to', () => {
  const { schemas } = document.components
  expect(schemas.DescribedChange?.properties?.resources).toMatchObject({
    items: { $ref: '#/components/schemas/ResourceDescription' },
  })
  expect(schemas.ResourceDescription?.oneOf).toHaveLength(resourceTypes.length)
})

test('the pages at /docs are served from here alone', async () => {
  const app = createApi({ control: {} as Control, authenticate: rootToken('secret') })
  const page = await app.inject('/docs/')
  const parts = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, to]) => to!)
  expect(parts).toContain('./static/swagger-ui-bundle.js')
  for (const part of [...parts, './json']) {
    expect(part).toMatch(/^\.\//)
    expect([part, (await app.inject(`/docs/${part}`)).statusCode]).toEqual([part, 200])
  }
  expect(page.headers['content-security-policy']).not.toMatch(/https?:|\w\.\w|upgrade-insecure/)
  expect((await app.inject('/docs/static/swagger-initializer.js')).body).toContain('validatorUrl: null')
  await app.close()
})

test('what the server refuses by its form is refused by the document too', () => {
  const schemasOf = (name: string) =>
    operations.flatMap(({ parameters = [] }) =>
      parameters.filter((one) => one.name === name).map(({ schema }) => schema),
    )
  const all = (name: string, has: object) => {
    expect(schemasOf(name).length).toBeGreaterThan(0)
    for (const schema of schemasOf(name)) expect(schema).toMatchObject(has)
  }
  all('Idempotency-Key', { pattern: '^[\\x21-\\x7e]{1,255}$' })
  all('everything', { type: 'boolean' })
  const { schema } = operations
    .find(({ operationId }) => operationId === 'listTokens')!
    .parameters!.find((one) => one.name === 'cursor')!
  expect(schema).toMatchObject({ minLength: 1 })
  const [types] = schemasOf('type').filter((one) => JSON.stringify(one).includes('deployment'))
  expect(types).toMatchObject({ anyOf: [{ pattern: expect.stringContaining('|step\\.done|') }, { type: 'array' }] })
})
