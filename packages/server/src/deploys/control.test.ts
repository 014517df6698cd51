import type { InstanceSight } from '@atlas/deploy'
import { expect, test } from 'vitest'
import { withoutTraffic } from './control.ts'

const healthy: InstanceSight = {
  ...{ service: 'backend', machine: 'web2', state: 'healthy', release: 'v1', since: null, reason: null },
}
const out = { service: 'backend', machine: 'web2', reason: 'it answered 500' }

test('an instance that answers and is left out by the load balancer is not told to be healthy', () => {
  expect(withoutTraffic([healthy], [out])).toMatchObject([
    { state: 'unhealthy', reason: 'it gets no requests yet: it answered 500' },
  ])
})

test('what its machine says of itself stays, and so do the others', () => {
  const stopped: InstanceSight = { ...healthy, state: 'stopped', reason: 'it has ended' }
  const other = { ...healthy, machine: 'web1' }
  expect(withoutTraffic([stopped, other], [out])).toEqual([stopped, other])
})
