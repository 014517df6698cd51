import { beforeAll, expect, test } from 'vitest'
import { requests, type Sent } from './requests.fixture.ts'
import { clientOf, finished, recordsOnly, serverOfFile } from './server.fixture.ts'

const dataDir = serverOfFile(recordsOnly)
const send = requests(dataDir)
type Ask = typeof send
let admin: Ask
let operator: Ask

beforeAll(async () => {
  admin = await who('anna', 'admin')
  operator = await who('bert', 'operator')
  await send('PUT', '/budgets/all', { body: { monthly: 2 } })
})

async function who(name: string, role: string): Promise<Ask> {
  const { json } = await send('POST', '/tokens', { body: { name, role } })
  const authorization = `Bearer ${json.secret}`
  return (method, path, { body, headers }: Sent = {}) =>
    send(method, path, { ...(body && { body }), headers: { ...headers, authorization } })
}

const disk = (name: string, more: object = {}) => ({
  name,
  provider: 'digitalocean',
  region: 'nyc3',
  resources: [{ type: 'volume', name: 'data', specifications: { size_gb: 100 } }],
  ...more,
})
const reason = 'the sale begins today'
const override_budget = reason

test('a plan says whether its reader may pass the block', async () => {
  const gate = async (ask: Ask) => (await ask('POST', '/infrastructure?plan=true', { body: disk('seen') })).json.gate
  expect(await gate(operator)).toMatchObject({ verdict: 'block', can_override: false })
  expect(await gate(admin)).toMatchObject({ verdict: 'block', can_override: true })
})

test('an admin passes it for one operation, and that is told, audited and part of the answer', async () => {
  const blocked = await admin('POST', '/infrastructure', { body: disk('urgent') })
  expect(blocked.json).toMatchObject({ code: 'budget_exceeded', hint: expect.stringContaining('--override-budget') })
  const { status, json } = await admin('POST', '/infrastructure', { body: disk('urgent', { override_budget }) })
  expect(status, JSON.stringify(json)).toBe(202)
  expect(json.operation.budget_override).toEqual({ by: 'anna', reason, budgets: ['all'] })
  const { id } = json.operation
  expect(await finished(clientOf(dataDir), id)).toMatchObject({ status: 'succeeded' })

  const { events } = (await send('GET', `/events?follow=false&type=budget.overridden`)).json
  expect(events).toMatchObject([{ operation: id, data: { budget: 'all', block_at: 2, by: 'anna', reason } }])
  const { audit } = (await send('GET', '/audit?limit=200')).json
  expect(audit.filter(({ kind }: { kind: string }) => kind === 'overrode')).toMatchObject([
    {
      actor: { kind: 'token', name: 'anna' },
      action: 'budget all',
      object: reason,
      operation: id,
      plan_hash: json.operation.plan_hash,
    },
  ])
  expect((await send('GET', '/audit/verify')).json).toMatchObject({ ok: true })
})

test('the next one is blocked again, whoever asks; nobody else passes it', async () => {
  expect((await admin('POST', '/infrastructure', { body: disk('next') })).json.code).toBe('budget_exceeded')
  const body = disk('mine', { override_budget })
  expect((await operator('POST', '/infrastructure', { body })).json.code).toBe('forbidden')
  const blank = await admin('POST', '/infrastructure', { body: disk('mine', { override_budget: '   ' }) })
  expect(blank).toMatchObject({ status: 400, json: { detail: expect.stringContaining('only spaces') } })
  const { plan } = (await operator('POST', '/infrastructure?plan=true&store=true', { body: disk('mine') })).json
  const apply = (ask: Ask, more: object = {}) => ask('POST', `/plans/${plan.hash}/apply`, { body: more })
  expect((await apply(operator, { override_budget })).json.code).toBe('forbidden')
  expect((await apply(operator)).json.code).toBe('budget_exceeded')
  expect((await apply(admin, { override_budget })).status).toBe(202)
})

test('where nothing blocks there is nothing to pass', async () => {
  await send('PUT', '/budgets/all', { body: { monthly: 500 } })
  const { json } = await admin('POST', '/infrastructure', { body: disk('cheap', { override_budget }) })
  expect(json.operation.budget_override).toBeNull()
})
