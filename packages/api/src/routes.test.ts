import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createApi } from './app.ts'
import type { Control } from './control.ts'
import { rootToken } from './root-token.ts'

const documented = readFileSync(join(import.meta.dirname, '../../../docs/api.md'), 'utf8')

test('docs/api.md lists every route, and no other', async () => {
  const routes: string[] = []
  const app = createApi({ control: {} as Control, authenticate: rootToken('secret') })
  app.addHook('onRoute', ({ method, url, schema }) => {
    if (method !== 'HEAD' && !schema?.hide) routes.push(`${method} ${url}`)
  })
  await app.ready()
  const rows = [...documented.matchAll(/^\| (GET|POST|PUT|PATCH|DELETE) \| (\S+) \|/gm)]
  expect(rows.map(([, method, url]) => `${method} ${url}`).sort()).toEqual(routes.sort())
})
