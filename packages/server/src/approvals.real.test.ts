import pg from 'pg'
import { beforeAll, expect, test } from 'vitest'
import { databaseUrl } from './database.fixture.ts'
import { requests, type Sent } from './requests.fixture.ts'
import { clientOf, finished, recordsOnly, serverOfFile } from './server.fixture.ts'

const dataDir = serverOfFile(recordsOnly)
const send = requests(dataDir)
type Ask = typeof send
let agent: Ask
let accomplice: Ask
let anna: Ask
let bert: Ask

beforeAll(async () => {
  agent = await who('claude', 'required')
  accomplice = await who('gpt', 'required')
  anna = await who('anna')
  bert = await who('bert')
})

/** Requests of an operator's token of its own. */
async function who(name: string, approval = 'none'): Promise<Ask> {
  const { json } = await send('POST', '/tokens', { body: { name, role: 'operator', approval } })
  const authorization = `Bearer ${json.secret}`
  return (method, path, { body, headers }: Sent = {}) =>
    send(method, path, { ...(body && { body }), headers: { ...headers, authorization } })
}

const disk = (name: string, size_gb = 10) => ({
  name,
  provider: 'digitalocean',
  region: 'nyc3',
  resources: [{ type: 'volume', name: 'data', specifications: { size_gb } }],
})

const code = async (answer: ReturnType<Ask>) => (await answer).json?.code
const kept = async (ask: Ask, body: object) =>
  (await ask('POST', '/infrastructure?plan=true&store=true', { body })).json.plan.hash as string
const apply = (ask: Ask, hash: string, body: object = {}) => ask('POST', `/plans/${hash}/apply`, { body })
const decide = (ask: Ask, verb: 'approve' | 'reject', hash: string, body: object = {}) =>
  ask('POST', `/plans/${hash}/${verb}`, { body })
const done = async (answer: ReturnType<Ask>) => {
  const { status, json } = await answer
  expect(status, JSON.stringify(json)).toBe(202)
  return finished(clientOf(dataDir), json.operation.id)
}
const operations = async () => (await send('GET', '/operations?limit=200')).json.operations.length

test('an agent’s plan is carried out once a person has approved it, and all of that is told', async () => {
  const hash = await kept(agent, disk('asked'))
  const first = await apply(agent, hash, { consent: ['data'] })
  expect([first.status, first.json]).toMatchObject([
    409,
    { code: 'approval_required', hint: expect.stringContaining(`atlas approve ${hash}`) },
  ])
  await apply(agent, hash)
  const waiting = (await anna('GET', '/plans?approval=pending')).json.plans
  expect(waiting).toMatchObject([
    { hash, infrastructure: 'asked', steps: 1, made_by: 'claude', approval: { status: 'pending', asked_by: 'claude' } },
  ])
  const approved = await decide(anna, 'approve', hash, { reason: 'looks right' })
  expect(approved.json.approval).toMatchObject({ status: 'approved', decided_by: 'anna', reason: 'looks right' })
  expect(await done(apply(agent, hash))).toMatchObject({ status: 'succeeded', plan_hash: hash })

  const { events } = (await send('GET', '/events?follow=false&type=plan.*&infrastructure=asked')).json
  expect(events.map(({ type, data }: { type: string; data: object }) => [type, data])).toMatchObject([
    ['plan.approval_requested', { planHash: hash, by: 'claude', why: 'an agent asks for it' }],
    ['plan.approved', { planHash: hash, by: 'anna', reason: 'looks right' }],
  ])
  const { audit } = (await send('GET', '/audit?limit=200')).json
  const answered = audit.filter(
    (row: { kind: string; plan_hash: string }) => row.kind === 'answered' && row.plan_hash === hash,
  )
  expect(
    answered.map((row: { actor: object; result: object }) => ({ ...row.actor, ...row.result })).toReversed(),
  ).toMatchObject([
    { kind: 'agent', name: 'claude', status: 409, code: 'approval_required' },
    { kind: 'agent', name: 'claude', status: 409 },
    { kind: 'token', name: 'anna', status: 200 },
    { kind: 'agent', name: 'claude', status: 202 },
  ])
})

test('an agent has no way past the approval', async () => {
  await done(anna('POST', '/infrastructure', { body: disk('safe') }))
  const before = await operations()
  const hash = await kept(agent, disk('safe', 20))
  await apply(agent, hash)

  expect(await code(decide(agent, 'approve', hash))).toBe('forbidden')
  expect(await code(decide(accomplice, 'approve', hash))).toBe('forbidden')
  expect(await code(apply(accomplice, hash))).toBe('approval_required')
  const operation = (await send('GET', '/operations?infrastructure=safe')).json.operations[0].id
  const attempts: [string, string, object?][] = [
    ['POST', '/infrastructure', { ...disk('safe', 20), plan_hash: hash }],
    ['POST', '/infrastructure', disk('unheard-of')],
    ['PUT', '/infrastructure/safe', disk('safe', 20)],
    ['DELETE', '/infrastructure/safe?consent=data'],
    ['POST', '/infrastructure/safe/repair', {}],
    ['POST', '/infrastructure/safe/release', {}],
    ['POST', `/operations/${operation}/rollback`, { consent: ['data'] }],
  ]
  for (const [method, path, body] of attempts)
    expect([path, await code(agent(method, path, body && { body }))]).toEqual([path, 'approval_required'])
  expect(await code(agent('POST', `/operations/${operation}/cancel`))).toBe('forbidden')
  for (const role of ['operator', 'admin'])
    expect(await code(agent('POST', '/tokens', { body: { name: 'way-out', role } }))).toBe('forbidden')
  expect(await code(agent('PATCH', '/workspaces/default', { body: { approval: 'agents' } }))).toBe('forbidden')
  expect(await code(send('POST', '/tokens', { body: { name: 'x', role: 'admin', approval: 'required' } }))).toBe(
    'usage',
  )
  expect(await operations()).toBe(before)
})

test('what is approved is that plan and no other, until the world has moved', async () => {
  await done(anna('POST', '/infrastructure', { body: disk('exact') }))
  const [small, large] = [await kept(agent, disk('exact', 20)), await kept(agent, disk('exact', 90))]
  await decide(anna, 'approve', small)
  expect(await code(apply(agent, large))).toBe('approval_required')
  expect(await code(agent('PUT', '/infrastructure/exact', { body: disk('exact', 90) }))).toBe('approval_required')
  await done(anna('PUT', '/infrastructure/exact', { body: disk('exact', 15) }))
  expect(await code(apply(agent, small))).toBe('plan_stale')
})

test('loss of data is agreed to by who approves, and the agent’s word counts nothing', async () => {
  await done(anna('POST', '/infrastructure', { body: disk('precious') }))
  const { plan } = (await agent('POST', '/infrastructure/precious/plan', { body: { kind: 'destroy' } })).json
  expect(await code(apply(agent, plan.hash, { consent: ['data'] }))).toBe('approval_required')
  expect(await code(decide(anna, 'approve', plan.hash))).toBe('consent_required')
  await decide(anna, 'approve', plan.hash, { consent: ['data'] })
  expect(await done(apply(agent, plan.hash))).toMatchObject({ status: 'succeeded' })
})

test('an approval can be taken back, and a rejection says why; making the plan again changes neither', async () => {
  const hash = await kept(agent, disk('doubt'))
  await decide(anna, 'approve', hash)
  await decide(bert, 'reject', hash, { reason: 'not on a Friday' })
  const { expires_at } = (await anna('GET', `/plans/${hash}`)).json
  expect(await kept(agent, disk('doubt'))).toBe(hash)
  const again = (await anna('GET', `/plans/${hash}`)).json
  expect(again).toMatchObject({ expires_at, approval: { status: 'rejected', decided_by: 'bert' } })
  const { json } = await apply(agent, hash)
  expect(json).toMatchObject({
    code: 'approval_required',
    detail: expect.stringContaining('bert has rejected it (not on a Friday)'),
  })
})

test('where the workspace says so, people need a second one too', async () => {
  const policy = (approval: string) => send('PATCH', '/workspaces/default', { body: { approval } })
  await done(anna('POST', '/infrastructure', { body: disk('ours') }))
  await policy('destructive')
  expect(await code(anna('DELETE', '/infrastructure/ours?consent=data'))).toBe('approval_required')
  await done(anna('PUT', '/infrastructure/ours', { body: disk('ours', 20) }))

  await policy('always')
  const hash = await kept(anna, disk('ours', 30))
  expect(await code(apply(anna, hash))).toBe('approval_required')
  expect(await code(decide(anna, 'approve', hash))).toBe('forbidden')
  // What she approved of another's asking she does not carry out alone either.
  const other = await kept(bert, disk('ours', 40))
  await decide(anna, 'approve', other)
  expect(await code(apply(anna, other))).toBe('approval_required')
  await decide(bert, 'approve', hash)
  expect(await done(apply(anna, hash))).toMatchObject({ status: 'succeeded' })

  await policy('agents')
  await done(anna('DELETE', '/infrastructure/ours?consent=data'))
})

test('an agent cancels what it has asked for, and nothing of others', async () => {
  const hash = await kept(agent, disk('its-own'))
  await apply(agent, hash)
  await decide(anna, 'approve', hash)
  const { json } = await apply(agent, hash)
  const path = `/operations/${json.operation.id}/cancel`
  expect(await code(accomplice('POST', path))).toBe('forbidden')
  expect((await agent('POST', path)).status).toBe(202)
})

test('an approval ends with its plan, and is used once however many ask at once', async () => {
  const hash = await kept(agent, disk('once'))
  await decide(anna, 'approve', hash)
  const answers = await Promise.all(Array.from({ length: 6 }, () => apply(agent, hash)))
  const made = answers.filter(({ status }) => status === 202)
  expect(made).toHaveLength(1)
  await done(Promise.resolve(made[0]!))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202, 409]))

  const late = await kept(agent, disk('once', 20))
  await decide(anna, 'approve', late)
  const client = new pg.Client({ connectionString: databaseUrl(dataDir) })
  await client.connect()
  await client.query(`update atlas.stored_plan set expires_at = now() where hash = $1`, [late])
  await client.end()
  expect(await code(apply(agent, late))).toBe('not_found')
  expect(await code(decide(anna, 'approve', late))).toBe('not_found')
  const body = { ...disk('once', 20), plan_hash: late }
  expect(await code(agent('PUT', '/infrastructure/once', { body }))).toBe('approval_required')
})
