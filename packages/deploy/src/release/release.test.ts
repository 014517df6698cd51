import { expect, test } from 'vitest'
import { tagFor } from './tag.ts'
import { versionOf } from './version.ts'

const at = new Date('2024-12-15T14:30:59Z')
const uat = { version: '1.2.3', environment: 'uat', at } as const

test('a tag is as requirement 2 writes it, by the minute in UTC', () => {
  expect(tagFor(uat, new Set())).toBe('v1.2.3-uat-20241215-1430')
})

test('a second release of the same minute gets a suffix, and a third another', () => {
  const first = tagFor(uat, new Set())
  const second = tagFor(uat, new Set([first]))
  expect(second).toBe('v1.2.3-uat-20241215-1430.2')
  expect(tagFor(uat, new Set([first, second]))).toBe('v1.2.3-uat-20241215-1430.3')
})

test.each([
  ['package.json', { packageJson: '{"version":"2.0.1"}', versionFile: '9.9.9', tags: ['v8.0.0'] }, '2.0.1'],
  ['VERSION', { packageJson: '{"name":"x"}', versionFile: 'v1.4.0\n', tags: ['v8.0.0'] }, '1.4.0'],
  ['the latest tag', { tags: ['v1.9.0', 'v1.10.0', 'latest', 'v1.10.0-rc.1'] }, '1.10.0'],
  ['the tag of a deploy', { tags: ['v1.2.3-uat-20241215-1430.2'] }, '1.2.3'],
  ['nothing', { packageJson: '{ broken', tags: [] }, '0.0.0'],
])('the version comes from %s', async (_, { tags, ...files }, version) => {
  expect(await versionOf({ ...files, tags: async () => tags })).toBe(version)
})
