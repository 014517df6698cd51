import { expect, test } from 'vitest'
import { difference } from './difference.ts'

const rules = {
  holds: 'its data',
  fields: {
    filesystem: { replaces: 'formatting it anew erases the data' },
    size_gb: { growsIn: 'GiB' },
    version: { replaces: (from: unknown, to: unknown) => (Number(to) < Number(from) ? 'no way back' : undefined) },
    keys: { anyWill: 'always' },
    vpc: { anyWill: 'absent' },
    size: { risk: { downtime: 'powered off for about a minute' } },
  },
} as const

const live = { filesystem: 'ext4', size_gb: 10, version: '16', keys: ['a'], vpc: 'net', size: 's', tags: [] }

test('what is the same, was read at creation only, or is left to the cloud is unchanged', () => {
  const { vpc: _, ...described } = live
  expect(difference(rules, { ...described, keys: ['b'] }, live)).toEqual({ kind: 'unchanged' })
})

test('what has no rule changes in place, and what it stops is said', () => {
  expect(difference(rules, { ...live, size: 'm', tags: ['blue'] }, live)).toEqual({
    kind: 'update',
    fields: [
      { field: '/size', from: 's', to: 'm' },
      { field: '/tags', from: [], to: ['blue'] },
    ],
    risk: { downtime: 'powered off for about a minute' },
  })
})

test('a replacement says why, what is lost, and whether the new one comes first', () => {
  const want = { ...live, filesystem: 'xfs', size: 'm' }
  expect(difference(rules, want, live)).toMatchObject({
    kind: 'replace',
    reason: 'formatting it anew erases the data',
    createFirst: true,
    risk: { dataLoss: 'its data' },
  })
  expect(difference({ ...rules, deleteFirst: true }, want, live)).toMatchObject({ createFirst: false })
})

test('a rule may look at both values', () => {
  expect(difference(rules, { ...live, version: '17' }, live).kind).toBe('update')
  expect(difference(rules, { ...live, version: '15' }, live)).toMatchObject({ kind: 'replace', reason: 'no way back' })
})

test('a value that an earlier step will make is a change to something unknown', () => {
  const change = difference(rules, { ...live, vpc: { $after: 'net.id' } }, live)
  expect(change).toMatchObject({ kind: 'update', fields: [{ field: '/vpc', from: 'net', to: undefined }] })
})

test('what only grows is refused a shrink, with what to do instead', () => {
  expect(difference(rules, { ...live, size_gb: 20 }, live).kind).toBe('update')
  expect(() => difference(rules, { ...live, size_gb: 5 }, live)).toThrow('size_gb is 10 GiB and cannot shrink to 5')
})
