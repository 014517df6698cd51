import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('the generated types are those of the document (npm run generate)', () => {
  const document = readFileSync(join(import.meta.dirname, '../../api/openapi.json'))
  const types = readFileSync(join(import.meta.dirname, 'generated/api.ts'), 'utf8')
  expect(types.split('\n')[0]).toContain(createHash('sha256').update(document).digest('hex'))
})
