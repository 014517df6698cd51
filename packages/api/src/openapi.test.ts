import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openApiDocument } from './document.ts'

interface Document {
  paths: Record<string, Record<string, { operationId?: string; summary?: string; tags?: string[] }>>
}

const document = (await openApiDocument()) as Document
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ route: `${method} ${path}`, ...operation })),
)

test('openapi.json is what the routes say (npm run generate)', () => {
  const kept = JSON.parse(readFileSync(join(import.meta.dirname, '../openapi.json'), 'utf8'))
  expect(kept).toEqual(JSON.parse(JSON.stringify(document)))
})

test('every operation has a name of its own, a summary and a tag', () => {
  for (const { route, operationId, summary, tags } of operations)
    expect([route, operationId, summary, tags?.[0]]).toEqual([
      route,
      expect.any(String),
      expect.any(String),
      expect.any(String),
    ])
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
})
