import { driverConformance, type Fault } from '@atlas/driver-conformance'
import type { FaultInput } from '@atlas/sandbox'
import { expect, test } from 'vitest'
import { checked, unchecked } from './checked.ts'
import { openGround } from './sandbox.ts'

const requestTimeoutMs = 700
const exchanges = checked()

driverConformance({
  title: 'digitalocean on the sandbox',
  abilities: new Set(['lost_answer', 'error_after', 'rate_limited', 'forbidden', 'hang', 'list_lag', 'requests']),
  patienceMs: 20_000,
  open: async ({ listLagMs }) => {
    const { admin, plant, driver, close } = await openGround(exchanges)
    // As in an account that has been used: the first network of a region is its default and cannot be removed.
    await plant({ type: 'vpc', name: 'default-nyc3', region: 'nyc3', specifications: {} })
    if (listLagMs > 0) await admin.addFault({ kind: 'list_lag', ms: listLagMs })
    return {
      driver: () => driver({ requestTimeoutMs, listLagMs }),
      fail: async (fault, { verb, type }) => {
        const scope = verb === 'create' ? { method: 'POST', path: createPath[type] ?? `/v2/${type}s` } : {}
        await admin.addFault({ ...faults[fault], ...scope, count: 1 } as FaultInput)
      },
      plant,
      requests: async () => Object.values(await admin.requests()).reduce((sum, count) => sum + count, 0),
      close,
    }
  },
})

const faults: Record<Fault, FaultInput> = {
  lost_answer: { kind: 'lost_answer' },
  error_after: { kind: 'error', when: 'after' },
  rate_limited: { kind: 'rate_limit', retry_after_s: 1 },
  forbidden: { kind: 'error', status: 403 },
  hang: { kind: 'slow_answer', ms: requestTimeoutMs + 300 },
}

/** Where a create goes, where that is not `/v2/<type>s`. A machine is copied by an action, a volume by a post. */
const createPath: Partial<Record<string, string>> = {
  machine: '/v2/droplets',
  ssh_key: '/v2/account/keys',
  snapshot: '/v2/*s/*',
  dns_record: '/v2/domains/*/records',
}

test.skipIf(unchecked)('every request and every answer above is as the official document says', () => {
  expect(exchanges.tally.violations).toEqual([])
  expect(exchanges.tally.operations.size).toBeGreaterThan(50)
})
