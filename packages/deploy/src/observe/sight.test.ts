import { expect, test } from 'vitest'
import { sightOf } from './sight.ts'

const since = '2026-01-01T00:00:00.000Z'
const running = { service: 'backend', slot: 'b' as const, release: 'v1', alive: true, since }
const wanted = { slot: 'b' as const, release: 'v1', version: '1', secrets: {} }
const seen = (more: Partial<Parameters<typeof sightOf>[1]>) => {
  const asked = { service: 'backend', machine: 'web1', runs: [running], health: undefined, ...more }
  const { state, release, reason } = sightOf({ running: { backend: wanted } }, asked)
  return { state, release, reason }
}

test.each<[string, Parameters<typeof seen>[0], ReturnType<typeof seen>]>([
  ['runs and answers', {}, { state: 'healthy', release: 'v1', reason: null }],
  ['answers badly', { health: 'it answered 500' }, { state: 'unhealthy', release: 'v1', reason: 'it answered 500' }],
  [
    'is not there',
    { runs: [{ ...running, slot: 'a' }] },
    { state: 'stopped', release: null, reason: 'nothing of it is on web1' },
  ],
  [
    'has ended',
    { runs: [{ ...running, alive: false }], health: 'refused' },
    { state: 'stopped', release: 'v1', reason: 'it has ended' },
  ],
  [
    'is on a machine that does not answer',
    { runs: new Error('web1 did not answer within 5 s') },
    { state: 'unknown', release: null, reason: 'web1 did not answer within 5 s' },
  ],
  [
    'cannot be asked, though it runs',
    { health: new Error('master did not answer within 5 s') },
    { state: 'unknown', release: 'v1', reason: 'master did not answer within 5 s' },
  ],
])('what %s', (_, asked, sight) => {
  expect(seen(asked)).toEqual(sight)
})
