import { join } from 'node:path'
import { expect, test } from 'vitest'
import { clientOf, serverOfFile } from '../../server.fixture.ts'
import { bringAboutFleet, deployToUat, onMachine } from '../fleet.fixture.ts'
import { repositoryOf } from '../repository.fixture.ts'

const dataDir = serverOfFile()

test('what dies right after the first deploy of all is left out', async () => {
  const client = clientOf(dataDir)
  repositoryOf(join(dataDir, 'git'), 'hostomatic')
  await bringAboutFleet(client, dataDir, 'hostomatic,2,s-1vcpu-1gb,s-1vcpu-1gb')
  const config = {
    infrastructure: { name: 'fleet' },
    deployment_platform: 'process',
    proxy: 'builtin',
    git_config: { base_url: `file://${dataDir}/git` },
    projects: { hostomatic: { services: { backend: { path: 'backend', health: { interval_s: 0.2, retries: 300 } } } } },
  }
  expect((await deployToUat(client, config)).operation.error).toBeNull()
  // Its supervisor starts it again a second later.
  await onMachine(client, dataDir, 'web2', 'kill -KILL -$(cat /var/lib/atlas/lanes/hostomatic.uat/run/*-backend/child)')
  for await (const { type, data } of client.events({ type: ['target.*'] })) {
    expect([type.split('.').slice(-2).join('.'), (data as { machine: string }).machine]).toEqual([
      'target.ejected',
      'web2',
    ])
    break
  }
}, 120_000)
