import { AtlasError } from '@atlas/core'
import { expect, test } from 'vitest'
import { runOnce } from './once.ts'
import type { Doing, PerformerParts } from './performer.ts'

test('what a machine says of a release command that it could not run is told without its secrets, and those of before', async () => {
  const secret = { value: 'geheim-genug', version: 'db_password@1', variable: 'DB_PASSWORD', source: 'sealed' }
  const secrets = { find: async () => new Map([['db_password', secret]]), former: async () => ['frueher-geheim'] }
  const parts = { secrets } as unknown as PerformerParts
  const service = { name: 'backend', secrets: ['db_password'], env: {}, release: { command: 'x', timeout_s: 9 } }
  const doing = {
    task: { workspace: 'default', operation: 'one', signal: new AbortController().signal, plan: {}, work: { n: 1 } },
    given: { project: 'shop', environment: 'uat', release: 'v1', machine: 'web1', service },
    tell: () => {},
  } as unknown as Doing
  const refused = runOnce(parts, doing, async () => {
    throw new AtlasError('machine_refused', 'A command on web1 ended with 125: geheim-genug, frueher-geheim')
  })
  await expect(refused).rejects.toThrow('ended with 125: [secret], [secret]')
})
