import type { Observed } from '@atlas/core'
import { expect, test } from 'vitest'
import { digitalOceanDriver } from './driver.ts'

const { matches } = digitalOceanDriver({ token: 'secret' }).types.reserved_ip!

const address = (live: Observed['live'], phase: Observed['phase'] = 'ready'): Observed => ({
  id: '203.0.113.9',
  physicalId: 'digitalocean:reserved_ip:203.0.113.9',
  name: '203.0.113.9',
  stamp: undefined,
  phase,
  attributes: {},
  live: { region: 'nyc3', ...live },
})

test.each([
  ['with a machine', '7', address({ machine: '7' }), true],
  ['with a machine', '7', address({}, 'pending'), true],
  ['with a machine', '7', address({}), false],
  ['with a machine', '7', address({ machine: '8' }), false],
  ['with a machine', '7', address({ machine: '7', region: 'lon1' }), false],
  ['without one', undefined, address({}), true],
  ['without one', undefined, address({ machine: '8' }), false],
] as const)('asked for %s (%s), %j is ours: %s', (_, machine, found, ours) => {
  const specifications = machine === undefined ? {} : { machine }
  expect(matches!({ name: 'ip', region: 'nyc3', specifications }, found)).toBe(ours)
})
