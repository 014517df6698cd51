import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@atlas/client'
import type { AtlasError } from '@atlas/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databaseUrl, dump } from './database.fixture.ts'
import {
  clientOf,
  dataFolder,
  finished,
  type ServerProcess,
  serverOf,
  startServer,
  stopServer,
  twoMachines,
} from './server.fixture.ts'

const cloudFolder = dataFolder()
const folder = dataFolder()
let cloud: ServerProcess
let server: ServerProcess

beforeAll(async () => {
  // Its sandbox plays DigitalOcean: the token is given as people give theirs.
  cloud = await startServer(cloudFolder.path)
  const { url, token } = serverOf(cloudFolder.path).sandbox!
  server = await startServer(folder.path, {
    args: [],
    env: { DO_TOKEN: token, DIGITALOCEAN_API_URL: url, LOG_LEVEL: 'trace' },
  })
})
afterAll(async () => {
  await stopServer(server)
  await stopServer(cloud)
  folder.remove()
  cloudFolder.remove()
})

/** As an admin of a workspace would, with the server's own token. */
async function ask(method: string, path: string, workspace: string, body?: object): Promise<string> {
  const { url, token } = serverOf(folder.path)
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'atlas-workspace': workspace,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  return answer.text()
}

const refused = (call: Promise<unknown>): Promise<AtlasError> =>
  call.then(
    () => expect.fail('accepted'),
    (error) => error,
  )

test('no token and no password is in the log, the database, an event, an error or the ready line', async () => {
  const client = clientOf(folder.path)
  const { url, token } = serverOf(folder.path)
  const secrets = {
    'the cloud’s token': serverOf(cloudFolder.path).sandbox!.token,
    'the API’s token': token,
    'a workspace’s own token': 'dop_v1_that_a_workspace_keeps_here',
    'the key of the vault': readFileSync(join(folder.path, 'vault.key'), 'utf8').trim().split('\n').at(-1)!,
    'the database’s password': new URL(databaseUrl(folder.path)).password,
  }

  const kept = { token: secrets['a workspace’s own token'] }
  const credentials = [
    await ask('POST', '/workspaces', 'default', { name: 'blue' }),
    await ask('PUT', '/credentials/digitalocean', 'blue', kept),
    await ask('PUT', '/credentials/digitalocean', 'blue', { ...kept, more: kept.token }),
    await ask('PUT', '/credentials/nowhere', 'blue', kept),
    await ask('POST', '/credentials/digitalocean/check', 'blue'),
    await ask('POST', '/infrastructure?plan=true', 'blue', twoMachines()),
    await ask('GET', '/credentials', 'blue'),
    await ask('GET', '/audit', 'blue'),
  ]
  const operation = await client.apply(twoMachines(), {})
  await finished(client, operation.id)
  const broken = { ...twoMachines(), resources: [{ type: 'mashine' }] }
  const said = {
    line: server.line,
    operation: await client.operation(operation.id),
    steps: await client.steps(operation.id),
    infrastructure: await client.infrastructures(),
    providers: await client.providers(),
    credentials,
    audit: await ask('GET', '/audit', 'default'),
    errors: [
      await refused(createClient({ url, token: 'wrong' }).infrastructures()),
      await refused(client.infrastructure('nowhere')),
      await refused(client.planApply(broken)),
    ].map(({ message, hint, problems }) => ({ message, hint, problems })),
    events: await eventsSoFar(),
    database: await dump(databaseUrl(folder.path)),
    log: readFileSync(join(folder.path, 'server.log'), 'utf8'),
  }

  for (const [what, secret] of Object.entries(secrets)) {
    for (const [where, text] of Object.entries(said))
      expect(JSON.stringify(text).includes(secret), `${what} is in ${where}`).toBe(false)
  }
  expect(said.events.length).toBeGreaterThan(5)
  expect(credentials[1]).toContain('"source":"sealed"')
  // Which credential served what is known all the same.
  expect(credentials.at(-1)).toMatch(
    /"kind":"used".*"credential for check".*"digitalocean from sealed \([0-9a-f]{12}\)"/,
  )
  expect(said.audit).toMatch(/"credential for operation".*"digitalocean from environment \([0-9a-f]{12}\)"/)
  expect(JSON.stringify(said.database)).toContain('web1')
})

async function eventsSoFar(): Promise<unknown[]> {
  const stop = new AbortController()
  const all: unknown[] = []
  for await (const event of clientOf(folder.path).events({ signal: stop.signal })) {
    all.push(event)
    if (event.type === 'deployment.completed') break
  }
  stop.abort()
  return all
}
