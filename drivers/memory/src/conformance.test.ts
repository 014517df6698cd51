import { driverConformance } from '@atlas/driver-conformance'
import { memoryCloud, memoryDriver } from './index.ts'

driverConformance({
  title: 'memory',
  pollMs: 1,
  abilities: new Set(['lost_answer', 'error_after', 'rate_limited', 'forbidden', 'hang', 'list_lag', 'requests']),
  open: async ({ listLagMs }) => {
    const cloud = memoryCloud({ readyMs: 3, latencyMs: 0.5, requestTimeoutMs: 20, listLagMs })
    return {
      driver: () => memoryDriver(cloud),
      fail: async (fault, which) => cloud.order(fault, which),
      plant: async (resource) => cloud.add(resource).id,
      requests: async () => cloud.calls.length,
      close: async () => {},
    }
  },
})
