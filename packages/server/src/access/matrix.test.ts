import { type Control, createApi } from '@atlas/api'
import { expect, test } from 'vitest'
import { matrix } from './matrix.fixture.ts'

const found: { route: string; role: unknown }[] = []
const elsewhere: string[] = []
const app = createApi({ control: {} as Control, authenticate: () => Promise.reject(new Error('nobody asks')) })
app.addHook('onRoute', ({ method, url, config }) => {
  if (method === 'HEAD') return
  if (url.startsWith('/api/v1/')) found.push({ route: `${method} ${url.slice('/api/v1'.length)}`, role: config?.role })
  else elsewhere.push(url)
})
await app.ready()

test('every route stands in matrix.fixture.ts with its least role, and no other', () => {
  const rows = Object.entries(matrix).map(([route, { least }]) => ({ route, role: least }))
  const byRoute = (a: { route: string }, b: { route: string }) => a.route.localeCompare(b.route)
  expect(rows.sort(byRoute)).toEqual(found.sort(byRoute))
})

test('what stands beside the API tells nothing but what it can do', () => {
  expect(elsewhere.filter((url) => url !== '/openapi.json' && url !== '/metrics' && !url.startsWith('/docs'))).toEqual(
    [],
  )
})
