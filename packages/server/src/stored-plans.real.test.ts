import { expect, test } from 'vitest'
import { bookkeeping, databaseUrl, dump } from './database.fixture.ts'
import { requests } from './requests.fixture.ts'
import { clientOf, finished, recordsOnly, serverOfFile, twoMachines } from './server.fixture.ts'

const dataDir = serverOfFile(recordsOnly)
const send = requests(dataDir)

const done = async ({ status, json }: Awaited<ReturnType<typeof send>>) => {
  expect(status, JSON.stringify(json)).toBe(202)
  return finished(clientOf(dataDir), json.operation.id)
}

test('a plan that was kept is read and applied by its hash, once', async () => {
  const body = twoMachines({ name: 'kept' })
  const planned = await send('POST', '/infrastructure?plan=true&store=true', { body })
  const { plan } = planned.json
  expect(planned.headers.get('location')).toBe(`/api/v1/plans/${plan.hash}`)
  const { plan: read, made_at, expires_at } = (await send('GET', `/plans/${plan.hash}`)).json
  expect(read).toEqual(plan)
  expect(Date.parse(expires_at) - Date.parse(made_at)).toBe(24 * 60 * 60 * 1000)

  const operation = await done(await send('POST', `/plans/${plan.hash}/apply`))
  expect(operation).toMatchObject({ status: 'succeeded', plan_hash: plan.hash, completed_steps: 3 })
  const twice = await send('POST', `/plans/${plan.hash}/apply`)
  expect(twice.json).toMatchObject({
    code: 'plan_stale',
    detail: expect.stringContaining(`by operation ${operation.id}`),
  })
})

test('a plan that the world has overtaken says what is different and which operation did it', async () => {
  const body = twoMachines({ name: 'overtaken' })
  await done(await send('POST', '/infrastructure', { body }))
  const { plan } = (await send('POST', '/infrastructure/overtaken/plan', { body: { kind: 'destroy' } })).json
  const more = structuredClone(body) as { resources: { name: string }[] }
  more.resources.push({ ...more.resources[1]!, name: 'web3' })
  const other = await done(await send('PUT', '/infrastructure/overtaken', { body: more }))

  const { status, json } = await send('POST', `/plans/${plan.hash}/apply`, { body: { consent: ['web1', 'web2'] } })
  expect([status, json.code]).toEqual([409, 'plan_stale'])
  const problems = json.problems as { where: string; message: string }[]
  expect(problems.map(({ message }) => message)).toEqual(
    expect.arrayContaining([expect.stringContaining('delete machine web3 is new'), 'other data would be lost']),
  )
  expect(problems.map(({ where }) => where)).toContain(`operations/${other.id}`)
})

test('destroy, repair, rollback and apply are planned at the infrastructure', async () => {
  const operation = await done(await send('POST', '/infrastructure', { body: twoMachines({ name: 'planned' }) }))
  const at = (body: object) => send('POST', '/infrastructure/planned/plan', { body })
  const wishes = [
    { kind: 'apply', description: twoMachines({ name: 'planned' }) },
    { kind: 'destroy' },
    { kind: 'repair' },
    { kind: 'rollback', operation: operation.id },
  ]
  for (const wish of wishes)
    expect((await at(wish)).json.plan).toMatchObject({ kind: wish.kind, infrastructure: 'planned' })
  expect((await at({ kind: 'apply', description: twoMachines({ name: 'shop' }) })).json.problems[0].where).toBe('/name')
  const elsewhere = (await send('GET', '/operations?infrastructure=kept')).json.operations[0].id
  expect((await at({ kind: 'rollback', operation: elsewhere })).status).toBe(404)
  expect((await send('GET', `/plans/${'0'.repeat(64)}`)).status).toBe(404)
})

test('keeping a plan writes the plan and who asked for it, and nothing else', async () => {
  const written = [...bookkeeping, 'atlas.stored_plan', 'atlas.audit', 'atlas.audit_head']
  const before = await dump(databaseUrl(dataDir), written)
  await send('POST', '/infrastructure?plan=true&store=true', { body: twoMachines({ name: 'new' }) })
  await send('POST', '/infrastructure/planned/plan', { body: { kind: 'destroy' } })
  expect(await dump(databaseUrl(dataDir), written)).toEqual(before)
})
