import { may, type Needed } from '@atlas/api'
import { type Role, roles } from '@atlas/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ApiNode, apiNode, postgres, rootSecret } from '../api.fixture.ts'
import { type Home, matrix, type Row, shop } from './matrix.fixture.ts'

// Every route × every role × own and foreign workspace, against the API as the server composes it.

interface Team {
  home: Home
  /** Secrets by role. */
  as: Record<Role, string>
  /** Of an agent with the role operator. */
  agent: string
}

let database: Awaited<ReturnType<typeof postgres>>
let node: ApiNode
let address: string
let ours: Team
let others: Team

beforeAll(async () => {
  database = await postgres()
  // Where nobody listens, for webhooks and for DigitalOcean.
  const env = { ATLAS_WEBHOOK_LOOPBACK: 'true', DIGITALOCEAN_API_URL: 'http://127.0.0.1:1' }
  node = await apiNode(database.url, env)
  address = await node.app.listen({ port: 0, host: '127.0.0.1' })
  ours = await team('first-team')
  others = await team('second-team')
})
afterAll(async () => {
  await node.close()
  await database.stop()
})

async function team(workspace: string): Promise<Team> {
  const secrets: [Role, string][] = []
  for (const role of roles) secrets.push([role, (await node.tokenOf(workspace, role)).secret])
  const made: Home['made'] = async (method, path, body) => {
    const { status, json } = await node.send(method, path, { headers: { 'atlas-workspace': workspace }, body })
    expect(status, JSON.stringify(json)).toBeLessThan(300)
    return json
  }
  const operation = (await made('POST', '/infrastructure', shop)).operation!.id
  const { json } = await node.send('GET', '/infrastructure/shop', { headers: { 'atlas-workspace': workspace } })
  const plan = (await made('POST', '/infrastructure/shop/plan', { kind: 'destroy' })).plan!.hash
  const home = { workspace, infrastructure: json.infrastructure.id, operation, plan, made }
  const agent = (await node.tokenOf(workspace, 'operator', { approval: 'required' })).secret
  return { home, as: Object.fromEntries(secrets) as Team['as'], agent }
}

/** Status and text of a route's answer; of a stream, what it has to say at once. */
async function ask(route: string, row: Row, home: Home, bearer: string | null, workspace?: string) {
  const [method = '', template = ''] = route.split(' ')
  const path = (await row.path?.(home)) ?? template
  const body = row.body?.(home)
  const headers = {
    ...(bearer && { authorization: `Bearer ${bearer}` }),
    ...(body && { 'content-type': 'application/json' }),
    ...(workspace && { 'atlas-workspace': workspace }),
  }
  const answer = await fetch(`${address}/api/v1${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  if (answer.headers.get('content-type') !== 'text/event-stream')
    return { status: answer.status, text: await answer.text() }
  let text = ''
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    if (text.includes('operation.queued')) break
  }
  return { status: answer.status, text }
}

const isLetIn = (status: number) => status < 500 && ![401, 403, 404].includes(status)
const allowed = (role: Role, least: Needed) => may({ role, actor: { kind: 'token', id: '', name: '' } }, least)

/** Marks of a workspace in a text. */
const tellsOf = ({ workspace, infrastructure, operation, plan }: Home, text: string, { repeats }: Row) =>
  [`"${workspace}"`, `${workspace}-`, ...(repeats ? [] : [infrastructure, operation, plan])].filter((mark) =>
    text.includes(mark),
  )

describe.each(Object.entries(matrix))('%s', (route, row) => {
  test('nobody is let in without a token, and no unknown one', async () => {
    const statuses = []
    for (const bearer of [null, `atlas_aaaaaaaa_${'A'.repeat(43)}`])
      statuses.push((await ask(route, row, ours.home, bearer)).status)
    expect(statuses).toEqual(row.least === 'anyone' ? [row.own, row.own] : [401, 401])
  })

  test.each(roles)('in the own workspace, as %s', async (role) => {
    const { status, text } = await ask(route, row, ours.home, ours.as[role])
    if (!allowed(role, row.least)) expect([status, JSON.parse(text).code]).toEqual([403, 'forbidden'])
    else if (row.own) expect(status, text).toBe(row.own)
    else expect(isLetIn(status), `${status} ${text}`).toBe(true)
  })

  test('in the own workspace, as an agent that may do what an operator may', async () => {
    const { status, text } = await ask(route, row, ours.home, ours.agent)
    if (!allowed('operator', row.least)) expect([status, JSON.parse(text).code]).toEqual([403, 'forbidden'])
    else if (row.agent) expect(JSON.parse(text)).toMatchObject({ code: row.agent, hint: expect.any(String) })
    else expect(row.own ? status === row.own : isLetIn(status), `${status} ${text}`).toBe(true)
  })

  test('as the server itself', async () => {
    const { status, text } = await ask(route, row, ours.home, rootSecret, ours.home.workspace)
    expect(row.own ? status === row.own : isLetIn(status), `${status} ${text}`).toBe(true)
  })

  test.each(roles)('what is another workspace’s is not there, as %s', async (role) => {
    const { status, text } = await ask(route, row, ours.home, others.as[role])
    if (!allowed(role, row.least)) expect(status).toBe(403)
    else if (row.path && !row.everyone) expect(status, text).toBe(404)
    else expect(tellsOf(ours.home, text, row)).toEqual([])
  })

  test('another workspace cannot be named either', async () => {
    const { status } = await ask(route, row, ours.home, others.as.admin, ours.home.workspace)
    expect(status).toBe(row.least === 'anyone' ? row.own : 404)
  })
})

test('nothing that others asked for has changed anything here', async () => {
  const state = async () => {
    const paths = [
      '/infrastructure?include=resources',
      '/operations',
      '/tokens',
      '/audit',
      '/workspaces',
      '/webhooks',
      '/credentials',
      '/secrets',
      '/deploy-keys',
      '/budgets',
    ]
    const answers = []
    for (const path of paths) {
      const { json } = await node.send('GET', path, { as: ours.as.admin })
      // Noted once a minute, of the asking itself.
      answers.push(JSON.parse(JSON.stringify(json, (name, value) => (name === 'last_used_at' ? null : value))))
    }
    return answers
  }
  const before = await state()
  for (const [route, row] of Object.entries(matrix)) {
    // Made beforehand where the request needs something of ours, so that making it is not taken for a change by others.
    if (
      route === 'GET /events' ||
      /\/(tokens|webhooks|budgets)\/:|^DELETE \/credentials|^(DELETE|POST) \/secrets|^DELETE .*\/deploy-key|\/deploy-key\/rotate/.test(
        route,
      )
    )
      continue
    await ask(route, row, ours.home, others.as.admin)
  }
  expect(await state()).toEqual(before)
})
