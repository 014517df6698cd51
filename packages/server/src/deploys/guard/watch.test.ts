import { AtlasError } from '@atlas/core'
import type { Machine } from '@atlas/deploy'
import type { WatchedEnvironment } from '@atlas/store'
import { expect, test, vi } from 'vitest'
import type { GuardParts } from './guard.ts'
import { watchEnvironment } from './watch.ts'

const service = { name: 'backend', health: { path: '/', timeout_s: 1 } }
const port = { project: 'shop', environment: 'uat', service: 'backend', slot: 'a', port: 8001, derived: 8001 }
const spec = {
  services: [service],
  machines: ['web1', 'web2'],
  master: 'web1',
  ids: { web1: '1' },
  ports: [port],
  running: { backend: { slot: 'a', release: 'v1', version: 'v1', secrets: {} } },
}
const environment = {
  ...{ id: 'e', workspace: 'default', infrastructure: 'fleet', project: 'shop', environment: 'uat' },
  ...{ revision: 2, changing: false, deployment: 'd', spec, ejected: [], failing: [] },
} as unknown as WatchedEnvironment
/** It lets nobody ask, and takes every configuration. */
const master = { connect: () => Promise.reject(new Error('broke')), run: async () => '' }
const web1: Machine = { name: 'web1', id: '1', address: '10.0.0.1' }

test('a machine that is nowhere on record is gone; that is told too where the load balancer took it only later', async () => {
  let failures = 2
  const told: unknown[] = []
  const parts = {
    log: { warn: () => {} },
    machines: { use: async (_: unknown, what: (on: typeof master) => unknown) => what(master) },
    certificateOf: async () => {
      if (failures-- > 0) throw new AtlasError('machine_unreachable', 'not now')
    },
    store: { targets: { eject: async (_: unknown, targets: unknown[]) => told.push(...targets) } },
  } as unknown as GuardParts
  const watch = watchEnvironment(parts, environment, { number: 1, held: new AbortController().signal })
  await vi.waitFor(() => {
    watch.look([web1])
    expect(failures).toBeLessThan(0)
    expect(told).toEqual([{ service: 'backend', machine: 'web2', reason: 'the machine web2 is gone', stays: false }])
  })
})
