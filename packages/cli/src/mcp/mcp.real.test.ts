import { bodyOf, createClient } from '@atlas/client'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { atlas, run } from '../cli.fixture.ts'
import { type DevServer, quiet, startDevServer } from './dev-server.fixture.ts'

let server: DevServer
beforeAll(async () => {
  server = await startDevServer()
})
afterAll(() => server.stop())

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

/** What an agent has: the official client, over standard input and output. */
async function agent(more: Record<string, string> = {}) {
  const client = new Client({ name: 'test', version: '1' })
  const env = { PATH: process.env.PATH!, ...quiet, ATLAS_DATA_DIR: server.dataDir, ...more }
  await client.connect(new StdioClientTransport({ command: atlas, args: ['mcp'], env, stderr: 'ignore' }))
  closing.push(() => client.close())
  return async (name: string, args: Record<string, unknown> = {}) => {
    const { isError = false, structuredContent, content, _meta } = await client.callTool({ name, arguments: args })
    // biome-ignore lint/suspicious/noExplicitAny: each tool answers another shape
    const value = (structuredContent ?? { error: _meta?.['atlas/error'] }) as any
    return {
      isError,
      value,
      text: (content as { text: string }[])[0]?.text ?? '',
    }
  }
}

const disk = (name: string, size_gb = 10) => ({
  name,
  provider: 'digitalocean',
  region: 'nyc3',
  resources: [{ type: 'volume', name: 'data', specifications: { size_gb } }],
})

type Call = Awaited<ReturnType<typeof agent>>

const ended = (call: Call, plan_hash: string) =>
  expect.poll(async () => (await call('operation_status', { plan_hash })).value.operation?.status).toBe('succeeded')

const operations = () => createClient(server.connection).operations()

/** A person, on another terminal. */
async function approve(plan_hash: string, ...more: string[]) {
  const said = await run(server.folder, ['approve', plan_hash, '--yes', ...more], quiet)
  expect(said, said.stderr).toMatchObject({ exit: 0 })
}

test('an agent finds the tools that are promised, and none that approves', async () => {
  const client = new Client({ name: 'test', version: '1' })
  const env = { PATH: process.env.PATH!, ...quiet, ATLAS_DATA_DIR: server.dataDir }
  await client.connect(new StdioClientTransport({ command: atlas, args: ['mcp'], env, stderr: 'ignore' }))
  closing.push(() => client.close())
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name).sort()).toEqual([
    'apply',
    'estimate_cost',
    'explain_error',
    'get_infrastructure',
    'list_events',
    'list_infrastructure',
    'operation_status',
    'plan',
  ])
  expect(tools.every(({ outputSchema }) => outputSchema !== undefined)).toBe(true)
  const changing = tools.filter(({ annotations }) => annotations?.readOnlyHint === false)
  expect(changing.map(({ name }) => name)).toEqual(['apply'])
})

test('nothing changes without the hash of a plan', async () => {
  const call = await agent()
  const before = (await operations()).length
  for (const args of [{}, { plan_hash: 'latest' }, { plan_hash: 'a'.repeat(64) }, { description: disk('sneaky') }])
    expect((await call('apply', args)).isError).toBe(true)
  const smuggled = await call('plan', {
    description: { ...disk('sneaky'), plan_hash: 'a'.repeat(64), consent: ['data'] },
  })
  expect(smuggled.isError).toBe(false)
  expect((await operations()).length).toBe(before)
})

test('a plan waits for a person, who approves it on another terminal; the agent then carries it out', async () => {
  const call = await agent()
  const { value: plan, text } = await call('plan', { description: disk('waits') })
  expect(text).toContain('data is in the description but not in the cloud')
  for (let i = 0; i < 2; i++)
    expect(await call('apply', { plan_hash: plan.plan_hash })).toMatchObject({
      isError: false,
      value: { status: 'awaiting_approval', approve_with: `atlas approve ${plan.plan_hash}` },
    })
  expect(await call('operation_status', { plan_hash: plan.plan_hash })).toMatchObject({
    isError: true,
    value: { error: { code: 'not_found', message: expect.stringContaining('waits for a person') } },
  })
  expect((await run(server.folder, ['plans', '--approval', 'pending'], quiet)).stdout).toContain(plan.plan_hash)
  await approve(plan.plan_hash.slice(0, 8))
  const pending = await run(server.folder, ['plans', '--approval', 'pending'], quiet)
  expect(pending.stdout).toContain('No plan waits for a person.')
  expect(await call('apply', { plan_hash: plan.plan_hash })).toMatchObject({ value: { status: 'started' } })
  await ended(call, plan.plan_hash)
  expect((await call('get_infrastructure', { name: 'waits' })).value.infrastructure.resources).toHaveLength(1)
  const listed = (await call('list_infrastructure')).value.infrastructure as { name: string }[]
  expect(listed.map(({ name }) => name)).toContain('waits')
  const events = (await call('list_events', { infrastructure: 'waits' })).value.events as { type: string }[]
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['plan.approval_requested', 'plan.approved', 'deployment.completed']),
  )
})

test('a person says no, and the agent is told why', async () => {
  const call = await agent()
  const { plan_hash } = (await call('plan', { description: disk('unwanted') })).value
  await call('apply', { plan_hash })
  await run(server.folder, ['reject', plan_hash.slice(0, 8), '--reason', 'too dear'], quiet)
  const refused = await call('apply', { plan_hash })
  expect(refused).toMatchObject({ isError: true, value: { error: { code: 'approval_required' } } })
  expect(refused.text).toContain('too dear')
})

test('a plan that the world has overtaken is refused, approved or not', async () => {
  const call = await agent()
  const [first, second] = [
    (await call('plan', { description: disk('stale') })).value.plan_hash,
    (await call('plan', { description: disk('stale', 20) })).value.plan_hash,
  ]
  await approve(first)
  await approve(second)
  expect((await call('apply', { plan_hash: first })).isError).toBe(false)
  await ended(call, first)
  const refused = await call('apply', { plan_hash: second })
  expect(refused).toMatchObject({ isError: true, value: { error: { code: 'plan_stale' } } })
  expect(refused.text).toContain('What to do:')
})

test('a person agrees by name to the loss of data', async () => {
  const call = await agent()
  const { plan_hash } = (await call('plan', { description: disk('precious') })).value
  await approve(plan_hash)
  await call('apply', { plan_hash })
  await ended(call, plan_hash)
  const end = (await call('plan', { destroy: 'precious' })).value
  expect(end.consent_needed).toMatchObject([{ resource: 'data' }])
  expect((await call('apply', { plan_hash: end.plan_hash })).value.approve_with).toMatch(/ --consent data$/)
  expect(await run(server.folder, ['approve', end.plan_hash, '--yes'], quiet)).toMatchObject({ exit: 3 })
  await approve(end.plan_hash, '--consent', 'data')
  await call('apply', { plan_hash: end.plan_hash })
  await ended(call, end.plan_hash)
})

test('the agent has a token of its own, which ends with the command; another token is used as it is', async () => {
  const { api } = createClient(server.connection)
  const made = async () =>
    (await bodyOf(api.GET('/api/v1/tokens'))).tokens.filter(({ name }) => name === 'atlas mcp' || name === 'looks')
  const before = (await made()).length
  await agent()
  const [own] = await made()
  expect(own).toMatchObject({ role: 'operator', approval: 'required', revoked_at: null })
  await closing.pop()!()
  await expect.poll(async () => (await made())[0]?.revoked_at).toEqual(expect.any(String))

  const { secret } = await bodyOf(api.POST('/api/v1/tokens', { body: { name: 'looks', role: 'viewer' } }))
  const looker = await agent({ ATLAS_URL: server.connection.url, ATLAS_TOKEN: secret })
  expect((await looker('plan', { description: disk('no') })).value.error.code).toBe('forbidden')
  expect((await made()).length).toBe(before + 2)
})

test('errors come with what to do, and are explained', async () => {
  const call = await agent()
  const wrong = await call('plan', { description: { ...disk('wrong'), region: 'nyc33' } })
  expect(wrong).toMatchObject({ isError: true, value: { error: { code: 'spec_invalid', hint: expect.any(String) } } })
  expect((await call('explain_error', { code: 'plan_stale' })).text).toMatch(/plan again/i)
  expect((await call('estimate_cost', { description: disk('cheap') })).value.estimated_monthly_cost).toBeGreaterThan(0)
  expect((await call('plan', {})).text).toContain('exactly one of')
})
