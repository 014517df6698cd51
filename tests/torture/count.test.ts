import type { Owned } from '@atlas/core'
import { expect, test } from 'vitest'
import { count, type Dump } from './count.ts'

const stamp = (identity: string, token = '1-1') => ['atlas:0123456789ab', `atlas:op:3:${identity}:${token}`]
const droplet = (id: number, identity: string, token?: string) => ({ id, name: 'web', tags: stamp(identity, token) })
const [a, b] = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb']

const owned = (resource: string, type: Owned['type'], id: string): Owned => ({
  resource,
  type,
  generation: 1,
  id,
  physicalId: `digitalocean:${type}:${id}`,
  specifications: {},
  dependsOn: [],
})
const web = owned('web', 'machine', '1')
const nothing = { orphans: [], duplicates: [], missing: [] }

test('what is owned and wanted, and is there, is right', () => {
  const dump: Dump = {
    droplet: [droplet(1, a)],
    vpc: [{ id: 'theirs', default: true }],
    domain_record: [
      { id: 7, type: 'A', name: 'www' },
      { id: 8, type: 'NS', name: '@' },
    ],
  }
  expect(count(dump, [web, owned('www', 'dns_record', 'example.com/7')], ['web', 'www'])).toEqual(nothing)
})

test('what nobody owns is an orphan, with or without a stamp', () => {
  const dump: Dump = { droplet: [droplet(1, a), { id: 2, name: 'bare', tags: [] }] }
  expect(count(dump, [web], ['web'])).toEqual({ ...nothing, orphans: ['machine 2'] })
})

test('two of the same life are duplicates; two lives of a replacement are not', () => {
  const twice: Dump = { droplet: [droplet(1, a), droplet(2, a, '2-2')] }
  expect(count(twice, [web], ['web'])).toMatchObject({ duplicates: ['machine 1 = machine 2'] })
  const replaced: Dump = { droplet: [droplet(1, a), droplet(2, b)] }
  expect(count(replaced, [web, owned('web', 'machine', '2')], undefined)).toEqual(nothing)
})

test('what is owned or wanted and not there is missing; so is the end of what nobody wants', () => {
  expect(count({}, [web], ['web'])).toMatchObject({ missing: ['machine 1'] })
  expect(count({}, [], ['web'])).toMatchObject({ missing: ['web, which is wanted'] })
  expect(count({ droplet: [droplet(1, a)] }, [web], [])).toMatchObject({ missing: ['the end of web'] })
})
