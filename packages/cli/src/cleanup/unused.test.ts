import type { Infrastructure, Resource } from '@atlas/client'
import { expect, test } from 'vitest'
import { isOld, unusedIn } from './unused.ts'

const resource = (type: string, name: string, specifications: object = {}, depends_on: string[] = []) =>
  ({ type, name, specifications, depends_on, monthly_cost: 1 }) as unknown as Resource
const unused = (...resources: Resource[]) => unusedIn({ name: 'shop', resources } as unknown as Infrastructure)

test('what is attached, led to, or referred to is in use', () => {
  const machine = resource('machine', 'web', { ssh_keys: [{ ref: 'key.id' }] }, ['key'])
  const all = [
    machine,
    resource('ssh_key', 'key'),
    resource('volume', 'data', { machine: { ref: 'web.id' } }, ['web']),
    resource('snapshot', 'base'),
    resource('volume', 'copy', { snapshot: { ref: 'base.id' }, machine: { ref: 'web.id' } }, ['base', 'web']),
  ]
  expect(unused(...all)).toEqual([])
})

test('leftovers are named with why; machines and databases never are', () => {
  const found = unused(
    resource('machine', 'idle'),
    resource('database', 'db'),
    resource('volume', 'data'),
    resource('reserved_ip', 'ip'),
    resource('ssh_key', 'key'),
    resource('snapshot', 'old', { machine: { ref: 'idle.id' } }, ['idle']),
  )
  expect(found.map(({ name, why }) => `${name}: ${why}`)).toEqual([
    'data: attached to no machine',
    'ip: leads to no machine',
    'key: no machine knows it',
    'old: nothing was made from it',
  ])
})

test('a snapshot is old after 30 days, everything else at once, unless an age is said', () => {
  const now = Date.parse('2026-02-01T00:00:00Z')
  const at = (type: string, madeAt: string | null) => ({
    infrastructure: 'shop',
    type,
    name: 'x',
    why: '',
    monthly: 1,
    madeAt,
  })
  expect(isOld(at('snapshot', '2026-01-20T00:00:00Z'), undefined, now)).toBe(false)
  expect(isOld(at('snapshot', '2026-01-01T00:00:00Z'), undefined, now)).toBe(true)
  expect(isOld(at('snapshot', null), undefined, now)).toBe(false)
  expect(isOld(at('volume', null), undefined, now)).toBe(true)
  expect(isOld(at('volume', '2026-01-20T00:00:00Z'), 20, now)).toBe(false)
})
