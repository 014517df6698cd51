import { createClient } from '@atlas/client'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { ElicitRequestSchema, type ElicitResult } from '@modelcontextprotocol/sdk/types.js'
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

/** What an agent has: the official client, over standard input and output, with a person in front of it or not. */
async function agent({ policy, person }: { policy?: string; person?: (message: string) => ElicitResult } = {}) {
  const client = new Client({ name: 'test', version: '1' }, { capabilities: person ? { elicitation: {} } : {} })
  if (person) client.setRequestHandler(ElicitRequestSchema, async ({ params }) => person(params.message))
  const env = {
    PATH: process.env.PATH!,
    ...quiet,
    ATLAS_DATA_DIR: server.dataDir,
    ...(policy && { ATLAS_MCP_APPROVAL: policy }),
  }
  await client.connect(new StdioClientTransport({ command: atlas, args: ['mcp'], env, stderr: 'ignore' }))
  closing.push(() => client.close())
  return async (name: string, args: Record<string, unknown> = {}) => {
    const { isError = false, structuredContent, content } = await client.callTool({ name, arguments: args })
    // biome-ignore lint/suspicious/noExplicitAny: each tool answers another shape
    return { isError, value: structuredContent as any, text: (content as { text: string }[])[0]?.text ?? '' }
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
  const call = await agent({ policy: 'none' })
  const before = (await operations()).length
  for (const args of [{}, { plan_hash: 'latest' }, { plan_hash: 'a'.repeat(64) }, { description: disk('sneaky') }])
    expect((await call('apply', args)).isError).toBe(true)
  const smuggled = await call('plan', {
    description: { ...disk('sneaky'), plan_hash: 'a'.repeat(64), consent: ['data'] },
  })
  expect(smuggled.isError).toBe(false)
  expect((await operations()).length).toBe(before)
})

test('a plan waits for a person, who approves it on another terminal; the agent cannot', async () => {
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
    value: { error: { code: 'not_found' } },
  })
  const approved = await run(server.folder, ['approve', plan.plan_hash, '--yes'], quiet)
  expect(approved).toMatchObject({ exit: 0 })
  await ended(call, plan.plan_hash)
  expect((await call('get_infrastructure', { name: 'waits' })).value.infrastructure.resources).toHaveLength(1)
  const listed = (await call('list_infrastructure')).value.infrastructure as { name: string }[]
  expect(listed.map(({ name }) => name)).toContain('waits')
  const events = (await call('list_events', { infrastructure: 'waits' })).value.events as { type: string }[]
  expect(events.map(({ type }) => type).join()).toContain('deployment.completed')
})

test('a person in front of the client is shown the plan, and decides', async () => {
  const shown: string[] = []
  const says = (action: ElicitResult['action'], approve?: boolean) => (message: string) => {
    shown.push(message)
    return { action, ...(approve === undefined ? {} : { content: { approve } }) }
  }
  const hash = (await (await agent())('plan', { description: disk('asked') })).value.plan_hash
  for (const person of [says('decline'), says('cancel'), says('accept', false)])
    expect(await (await agent({ person }))('apply', { plan_hash: hash })).toMatchObject({
      isError: true,
      value: { error: { code: 'forbidden' } },
    })
  const call = await agent({ person: says('accept', true) })
  expect(await call('apply', { plan_hash: hash })).toMatchObject({ isError: false, value: { status: 'started' } })
  expect(shown.every((message) => message.includes('data is in the description but not in the cloud'))).toBe(true)
  await ended(call, hash)
})

test('a client that is not trusted to ask is not asked', async () => {
  const call = await agent({ policy: 'elsewhere', person: () => ({ action: 'accept', content: { approve: true } }) })
  const { plan_hash } = (await call('plan', { description: disk('untrusted') })).value
  expect((await call('apply', { plan_hash })).value.status).toBe('awaiting_approval')
})

test('a plan that the world has overtaken is refused', async () => {
  const call = await agent({ policy: 'none' })
  const [first, second] = [
    (await call('plan', { description: disk('stale') })).value.plan_hash,
    (await call('plan', { description: disk('stale', 20) })).value.plan_hash,
  ]
  expect((await call('apply', { plan_hash: first })).isError).toBe(false)
  await ended(call, first)
  const refused = await call('apply', { plan_hash: second })
  expect(refused).toMatchObject({ isError: true, value: { error: { code: 'plan_stale' } } })
  expect(refused.text).toContain('What to do:')
})

test('no policy lets an agent lose data by itself', async () => {
  const call = await agent({ policy: 'none' })
  const { plan_hash } = (await call('plan', { description: disk('precious') })).value
  await call('apply', { plan_hash })
  await ended(call, plan_hash)
  const end = await call('plan', { destroy: 'precious' })
  expect(end.value.consent_needed).toMatchObject([{ resource: 'data' }])
  expect(await call('apply', { plan_hash: end.value.plan_hash })).toMatchObject({
    isError: true,
    value: { error: { code: 'consent_required' } },
  })
})

test('errors come with what to do, and are explained', async () => {
  const call = await agent()
  const wrong = await call('plan', { description: { ...disk('wrong'), region: 'nyc33' } })
  expect(wrong).toMatchObject({ isError: true, value: { error: { code: 'spec_invalid', hint: expect.any(String) } } })
  expect((await call('explain_error', { code: 'plan_stale' })).text).toMatch(/plan again/i)
  expect((await call('estimate_cost', { description: disk('cheap') })).value.estimated_monthly_cost).toBeGreaterThan(0)
  expect((await call('plan', {})).text).toContain('exactly one of')
})
