#!/usr/bin/env node
// Tries every endpoint of requirement 5 on a running server, as `node test-atlas.js`: on that of this folder (`npm run demo`,
// `npx atlas dev`), or on ATLAS_URL with ATLAS_TOKEN. Needs Node 18 and nothing else. What it makes it destroys again, and
// it makes nothing where the server's cloud is not the sandbox.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const server = serverHere()
const name = `test-atlas-${Date.now()}`
let passed = 0
let failed = 0

function serverHere() {
  const { ATLAS_URL: url, ATLAS_TOKEN: token, ATLAS_DATA_DIR: folder = '.atlas' } = process.env
  if (url) return { url, token }
  try {
    return JSON.parse(readFileSync(`${folder}/server.json`, 'utf8'))
  } catch {
    console.error(`No server runs in this folder (${folder}/server.json is not there).`)
    console.error('Start one with `npm run demo` or `npx atlas dev`, or set ATLAS_URL and ATLAS_TOKEN.')
    process.exit(2)
  }
}

async function ask(method, path, body) {
  const answer = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${server.token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, json: await answer.json() }
}

/** @param holds what must be true of the answer's body */
async function check(what, request, status, holds = () => true) {
  const answer = await request().catch((error) => ({ status: 'no answer', json: String(error.cause ?? error) }))
  const well = answer.status === status && holds(answer.json)
  if (well) passed += 1
  else failed += 1
  console.log(`${well ? 'ok  ' : 'FAIL'} ${what}${well ? '' : `: expected ${status}, found ${answer.status}`}`)
  if (!well) console.log(JSON.stringify(answer.json, null, 2))
  return well ? answer.json : undefined
}

async function ended({ operation }) {
  for (;;) {
    const answer = await ask('GET', `/operations/${operation.id}`)
    if (!['queued', 'running', 'in_progress'].includes(answer.json.operation?.status)) return answer
    await sleep(200)
  }
}

const disk = (size_gb) => ({ type: 'volume', name: 'disk', specifications: { size_gb } })
const described = (...resources) => ({ name, provider: 'digitalocean', region: 'nyc3', resources })
const machine = (size) => ({ type: 'droplet', name: 'server', specifications: { size, image: 'debian-13-x64' } })

async function lifecycle() {
  const created = await check(
    'POST /infrastructure answers 202 with the operation',
    () => ask('POST', '/infrastructure', described(disk(1))),
    202,
    ({ operation }) => operation.total_steps === 1,
  )
  if (!created) return
  await check(
    'GET /operations/{id} until it has succeeded',
    () => ended(created),
    200,
    ({ operation }) => operation.status === 'succeeded' && operation.created_resources.length === 1,
  )
  const { id } = (await ask('GET', `/infrastructure/${name}`)).json.infrastructure ?? {}
  await check('GET /infrastructure/{id}', () => ask('GET', `/infrastructure/${id}`), 200)
  await check(
    'GET /infrastructure lists it',
    () => ask('GET', '/infrastructure?limit=200'),
    200,
    (json) => json.infrastructure.some((one) => one.id === id),
  )
  const updated = await check(
    'PUT /infrastructure/{id}',
    () => ask('PUT', `/infrastructure/${id}`, described(disk(2))),
    202,
  )
  if (updated) await check('the update has succeeded', () => ended(updated), 200, succeeded)
  const destroyed = await check(
    'DELETE /infrastructure/{id}, agreeing that the disk is lost',
    () => ask('DELETE', `/infrastructure/${id}?consent=disk`),
    202,
  )
  if (destroyed) await check('the destruction has succeeded', () => ended(destroyed), 200, succeeded)
}

const succeeded = ({ operation }) => operation.status === 'succeeded'

console.log(`Atlas at ${server.url}`)
await check(
  'GET /health',
  () => ask('GET', '/health'),
  200,
  ({ status }) => status === 'ok',
)
const providers = await check(
  'GET /providers',
  () => ask('GET', '/providers'),
  200,
  (json) => json.providers.some((one) => one.name === 'digitalocean'),
)
await check('GET /stats', () => ask('GET', '/stats'), 200)
await check(
  'POST /estimate-cost',
  () => ask('POST', '/estimate-cost', described(machine('s-1vcpu-1gb'))),
  200,
  (json) =>
    json.estimated_monthly_cost === 6 && json.currency === 'USD' && json.breakdown[0].resource_name === 'server',
)
await check(
  'POST /infrastructure refuses a size that is not sold, and says where',
  () => ask('POST', '/infrastructure', described(machine('s-1vcpu-1gbb'))),
  422,
  ({ problems }) => problems[0].where === '/resources/0/specifications/size',
)
await check('GET /operations/{id} of none is 404', () => ask('GET', `/operations/${crypto.randomUUID()}`), 404)
const cloud = providers?.providers.find((one) => one.name === 'digitalocean')
if (cloud?.sandbox) await lifecycle()
else console.log(`     Nothing is made at ${cloud?.endpoint ?? 'this cloud'}: that would cost money.`)

console.log(failed === 0 ? '\nAll endpoints working, cost estimation, validation.' : '')
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
