import { driverConformance } from '@atlas/driver-conformance'
import { memoryCloud, memoryDriver } from './index.ts'

driverConformance({
  title: 'memory',
  pollMs: 1,
  abilities: new Set(['lost_answer', 'error_after', 'rate_limited', 'forbidden', 'hang', 'list_lag', 'requests']),
  open: async ({ listLagMs }) => {
    const cloud = memoryCloud({ readyMs: 1, requestTimeoutMs: 5, listLagMs })
    return {
      driver: () => memoryDriver(cloud),
      fail: async (fault, which) => cloud.order(fault, which),
      plant: async (resource) => cloud.add(resource).id,
      requests: async () => cloud.calls.length,
      close: async () => {},
    }
  },
})
