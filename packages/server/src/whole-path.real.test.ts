import { expect, test } from 'vitest'
import { clientOf, finished, serverOfFile, twoMachines } from './server.fixture.ts'

const dataDir = serverOfFile()

test.each([
  { provider: 'digitalocean', name: 'shop' },
  { provider: 'memory', name: 'trial' },
])(
  '$provider: description → plan → submit → ready; the second plan is empty; destroy leaves nothing',
  async (where) => {
    const client = clientOf(dataDir)
    const { name } = where
    const description = twoMachines(where)
    const plan = await client.planApply(description)
    expect(plan.steps.map(({ action, resource }) => `${action} ${resource}`)).toEqual([
      'create net',
      'create web1',
      'create web2',
    ])
    const operation = await client.apply(description, { planHash: plan.hash })
    expect(await finished(client, operation.id)).toMatchObject({ status: 'succeeded', completed_steps: 3 })
    expect(await client.infrastructure(name)).toMatchObject({ status: 'ready', monthly_cost: 12 })
    expect((await client.planApply(description)).steps).toEqual([])

    const end = await client.planDestroy(name)
    await finished(client, (await client.destroy(name, { planHash: end.hash, consent: ['web1', 'web2'] })).id)
    expect(await client.infrastructure(name)).toMatchObject({ status: 'destroyed', resources: [] })
  },
)
