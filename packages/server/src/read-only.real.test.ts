import { join } from 'node:path'
import { readSandboxFile, sandboxAdmin } from '@atlas/sandbox'
import { expect, test } from 'vitest'
import { bookkeeping, databaseUrl, dump } from './database.fixture.ts'
import { clientOf, finished, serverOfFile, twoMachines } from './server.fixture.ts'

// No patrol: it looks at the cloud by itself, and this is about what a plan does.
const dataDir = serverOfFile({ ATLAS_PATROL_MINUTES: '0' })

async function everything() {
  const admin = sandboxAdmin(await readSandboxFile(join(dataDir, 'sandbox')))
  return { database: await dump(databaseUrl(dataDir), bookkeeping), cloud: (await admin.dump()).records }
}

test('planning an apply, a repair, a rollback and a destroy changes neither the database nor the cloud', async () => {
  const client = clientOf(dataDir)
  const { id } = await client.apply(twoMachines(), {})
  expect(await finished(client, id)).toMatchObject({ status: 'succeeded' })
  const admin = sandboxAdmin(await readSandboxFile(join(dataDir, 'sandbox')))
  await admin.resetRequests()
  const before = await everything()

  const larger = twoMachines()
  const web1 = (larger.resources as { name: string; specifications: { size: string } }[])[1]!
  web1.specifications.size = 's-2vcpu-4gb'
  const plans = [
    await client.planApply(larger),
    await client.planApply(twoMachines({ name: 'another' })),
    await client.planRepair('shop'),
    await client.planRollback(id),
    await client.planDestroy('shop'),
  ]

  expect(plans.map((plan) => `${plan.kind}: ${plan.steps.length}`)).toEqual([
    'apply: 1',
    'apply: 3',
    'repair: 0',
    'rollback: 3',
    'destroy: 3',
  ])
  expect(await everything()).toEqual(before)
  const asked = Object.keys(await admin.requests())
  expect(asked).toContain('GET /v2/droplets')
  expect(asked.filter((request) => !request.startsWith('GET '))).toEqual([])
})
