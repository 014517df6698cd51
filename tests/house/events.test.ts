import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventTypes } from '@atlas/core'
import { expect, test } from 'vitest'

const page = readFileSync(join(import.meta.dirname, '../../docs/events.md'), 'utf8')
const rows = [...page.matchAll(/^\| `([a-z_]+\.[a-z_]+)` \| [^|]+ \| `(.*)` \|$/gm)].map(([, type, data]) => ({
  type,
  data,
}))

test('docs/events.md tells of every type of event, and of no other', () => {
  expect(rows.map(({ type }) => type).sort()).toEqual([...eventTypes].sort())
})

test.each(rows)('the example of $type is JSON', ({ data }) => {
  expect(JSON.parse(data!)).toBeTypeOf('object')
})
