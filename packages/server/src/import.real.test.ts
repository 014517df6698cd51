import type { Client } from '@atlas/client'
import type { JsonObject, Plan } from '@atlas/core'
import { beforeAll, expect, test } from 'vitest'
import { clientOf, finished, recordsOnly, serverOf, serverOfFile } from './server.fixture.ts'

const dataDir = serverOfFile({ ...recordsOnly, ATLAS_PATROL_MINUTES: '0.02' })
let client: Client

beforeAll(() => {
  client = clientOf(dataDir)
})

/** What somebody does at DigitalOcean without Atlas. */
async function byHand(method: string, path: string, body?: object): Promise<JsonObject> {
  const { url, token } = serverOf(dataDir).sandbox!
  const answer = await fetch(`${url}/v2${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer.status === 204 ? {} : ((await answer.json()) as JsonObject)
}

async function machineByHand(name: string, more: object = {}): Promise<string> {
  const body = { name, region: 'nyc3', size: 's-1vcpu-1gb', image: 'debian-13-x64', tags: ['team:web'], ...more }
  const { droplet } = await byHand('POST', '/droplets', body)
  const id = String((droplet as JsonObject).id)
  const status = async () => ((await byHand('GET', `/droplets/${id}`)).droplet as JsonObject).status
  await expect.poll(status, { timeout: 30_000 }).toBe('active')
  return id
}

interface Preview {
  plan: Plan
  description: JsonObject
  proof: { steps: number }
}
type Wanted = { type: string; id: string; name?: string }[]

async function call(method: 'POST' | 'GET', path: string, body?: object): Promise<JsonObject> {
  const { url, token } = client.connection
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  return (await answer.json()) as JsonObject
}

const preview = async (name: string, resources: Wanted) =>
  (await call('POST', `/infrastructure/${name}/import?plan=true`, { resources })) as unknown as Preview

async function carriedOut(path: string, body: object = {}) {
  const { operation } = await call('POST', path, body)
  return finished(client, String((operation as JsonObject).id))
}

const tagsOf = async (id: string) => ((await byHand('GET', `/droplets/${id}`)).droplet as JsonObject).tags as string[]

test('machines made by hand are imported with a plan that changes nothing, then changed and destroyed', async () => {
  const [web1, web2] = [await machineByHand('web1'), await machineByHand('web-by-hand')]
  const resources = [
    { type: 'machine', id: web1 },
    { type: 'machine', id: web2, name: 'web2' },
  ]
  const { plan, description, proof } = await preview('shop', resources)
  expect(plan.steps.map(({ action, resource }) => `${action} ${resource}`)).toEqual(['adopt web1', 'adopt web2'])
  expect(plan).toMatchObject({ consentNeeded: [], price: { change: 0 } })
  expect(proof.steps).toBe(0)

  const imported = await carriedOut('/infrastructure/shop/import', { resources, plan_hash: plan.hash })
  expect(imported).toMatchObject({ kind: 'import', status: 'succeeded', cost_change: 0, error: null })
  expect((await client.planApply(description)).steps).toEqual([])
  expect(await client.infrastructure('shop')).toMatchObject({ status: 'ready', monthly_cost: 12 })
  expect(await tagsOf(web1)).toContain('team:web')
  expect((await tagsOf(web1)).filter((tag) => tag.startsWith('atlas:'))).toHaveLength(2)

  const [first, second] = description.resources as { specifications: JsonObject }[]
  first!.specifications.size = 's-1vcpu-2gb'
  const changed = await client.apply({ ...description, resources: [first!, second!] as never }, {})
  expect(await finished(client, changed.id)).toMatchObject({ status: 'succeeded', error: null })
  expect((await byHand('GET', `/droplets/${web1}`)).droplet).toMatchObject({ size_slug: 's-1vcpu-2gb' })

  const end = await client.planDestroy('shop')
  expect(end.consentNeeded.map(({ resource }) => resource)).toEqual(['web1', 'web2'])
  const gone = await client.destroy('shop', { planHash: end.hash, consent: ['web1', 'web2'] })
  expect(await finished(client, gone.id)).toMatchObject({ status: 'succeeded', error: null })
  await expect(byHand('GET', `/droplets/${web1}`)).rejects.toThrow('404')
})

test('what belongs to an infrastructure, is not there or would change is refused before anything is done', async () => {
  const mine = await machineByHand('mine')
  await carriedOut('/infrastructure/first/import', { resources: [{ type: 'machine', id: mine }] })
  expect(await preview('second', [{ type: 'machine', id: mine }])).toMatchObject({
    code: 'not_ours',
    detail: expect.stringContaining('infrastructure first'),
  })
  expect(await preview('second', [{ type: 'machine', id: '1' }])).toMatchObject({ code: 'spec_invalid' })

  const off = await machineByHand('off')
  await byHand('POST', `/droplets/${off}/actions`, { type: 'power_off' })
  const status = async () => ((await byHand('GET', `/droplets/${off}`)).droplet as JsonObject).status
  await expect.poll(status, { timeout: 30_000 }).toBe('off')
  expect(await preview('second', [{ type: 'machine', id: off }])).toMatchObject({
    code: 'spec_invalid',
    detail: 'off would not stay as it is: power off → on.',
  })
})

test.each(['..', '../droplets', 'a/../b', 'a//b', '', ' ', 'vpc?x=1', '\ud800', 'ü'])(
  '%j is no id of anything',
  async (id) => {
    expect(await preview('none', [{ type: 'vpc', id }])).toMatchObject({ code: 'usage', status: 400 })
  },
)

test.each([
  ['dns_record', 'nothing'],
  ['dns_record', 'example.com/first'],
  ['machine', 'nothing'],
  ['vpc', 'nothing'],
  ['reserved_ip', 'x'.repeat(150)],
])('a %s that is called %s is not in the account', async (type, id) => {
  expect(await preview('none', [{ type, id }])).toMatchObject({ code: 'spec_invalid', problems: [{ found: id }] })
})

test('of two imports of one machine at the same moment one wins and the other says whose it is', async () => {
  const id = await machineByHand('wanted')
  const resources = [{ type: 'machine', id }]
  const ended = await Promise.all(
    ['left', 'right'].map((name) => carriedOut(`/infrastructure/${name}/import`, { resources })),
  )
  expect(ended.map(({ status }) => status).toSorted()).toEqual(['failed', 'succeeded'])
  expect(ended.find(({ status }) => status === 'failed')?.error).toMatchObject({ code: 'not_ours' })
})

test('what is released stays, without a trace of Atlas, and can be imported again', async () => {
  const id = await machineByHand('guest')
  const resources = [{ type: 'machine', id }]
  const imported = await carriedOut('/infrastructure/inn/import', { resources })
  expect(await carriedOut('/infrastructure/inn/release')).toMatchObject({ kind: 'release', status: 'succeeded' })
  expect(await client.infrastructure('inn')).toMatchObject({ status: 'released', resources: [] })
  expect(await tagsOf(id)).toEqual(['team:web'])

  expect(await carriedOut('/infrastructure/inn/import', { resources })).toMatchObject({ status: 'succeeded' })
  const undo = await client.planRollback(imported.id)
  expect(undo.steps.map(({ action }) => action)).toEqual(['release'])
  expect(undo.consentNeeded).toEqual([])
  const undone = await client.rollback(imported.id, { planHash: undo.hash })
  expect(await finished(client, undone.id)).toMatchObject({ status: 'succeeded' })
  expect(await tagsOf(id)).toEqual(['team:web'])
})

test('an import of what somebody deletes meanwhile fails, and owns nothing', async () => {
  const id = await machineByHand('brief')
  const resources = [{ type: 'machine', id }]
  const { plan } = await preview('late', resources)
  await byHand('DELETE', `/droplets/${id}`)
  const answer = await call('POST', '/infrastructure/late/import', { resources, plan_hash: plan.hash })
  expect(answer).toMatchObject({ code: 'spec_invalid', detail: expect.stringContaining('Not in the account') })
})

test('what somebody changed by hand stands in the drift report, with what was found and expected', async () => {
  const id = await machineByHand('wanderer')
  await carriedOut('/infrastructure/road/import', { resources: [{ type: 'machine', id }] })
  await byHand('POST', `/droplets/${id}/actions`, { type: 'rename', name: 'elsewhere' })
  const report = async () => (await call('GET', '/infrastructure/road/drift')) as { looked_at: unknown; hint?: string }
  await expect.poll(async () => (await report()).hint, { timeout: 60_000 }).toBe('atlas repair road --plan')
  expect(await report()).toMatchObject({
    looked_at: expect.any(String),
    resources: [
      {
        resource: 'wanderer',
        kind: 'changed',
        fields: [{ field: '/hostname', found: 'elsewhere', expected: 'wanderer' }],
      },
    ],
    foreign: [],
  })
})

test('the account shows what could be imported, and why some of it could not', async () => {
  const id = await machineByHand('seen')
  const { resources } = await call('GET', '/providers/digitalocean/resources?unowned=true&tag=team:web&type=machine')
  expect(resources).toContainEqual(
    expect.objectContaining({
      id,
      region: 'nyc3',
      monthly_cost: 6,
      suggested: expect.objectContaining({ name: 'seen', type: 'machine' }),
    }),
  )
})

test('one of each other type that refers to others is imported with references, then changed and destroyed', async () => {
  const made = async (path: string, member: string, body: object) =>
    String(((await byHand('POST', path, body))[member] as JsonObject).id)
  await made('/vpcs', 'vpc', { name: 'first-of-region', region: 'nyc3' })
  const vpc = await made('/vpcs', 'vpc', { name: 'office', region: 'nyc3', description: 'by hand' })
  const machine = await machineByHand('app', { vpc_uuid: vpc })
  const volume = await made('/volumes', 'volume', { name: 'disk', region: 'nyc3', size_gigabytes: 10 })
  await byHand('POST', `/volumes/${volume}/actions`, { type: 'attach', droplet_id: Number(machine), region: 'nyc3' })
  const attached = async () => ((await byHand('GET', `/volumes/${volume}`)).volume as JsonObject).droplet_ids
  await expect.poll(attached, { timeout: 30_000 }).toEqual([Number(machine)])
  const everybody = { addresses: ['0.0.0.0/0'] }
  const firewall = await made('/firewalls', 'firewall', {
    name: 'wall',
    droplet_ids: [Number(machine)],
    inbound_rules: [{ protocol: 'tcp', ports: '80', sources: everybody }],
    outbound_rules: [{ protocol: 'tcp', ports: '443', destinations: everybody }],
  })
  const balancer = await made('/load_balancers', 'load_balancer', {
    name: 'front',
    region: 'nyc3',
    vpc_uuid: vpc,
    droplet_ids: [Number(machine)],
    forwarding_rules: [{ entry_protocol: 'http', entry_port: 80, target_protocol: 'http', target_port: 8080 }],
  })
  const database = await made('/databases', 'database', {
    name: 'orders',
    engine: 'pg',
    version: '16',
    size: 'db-s-1vcpu-1gb',
    region: 'nyc3',
    num_nodes: 1,
    private_network_uuid: vpc,
  })
  const online = async () => ((await byHand('GET', `/databases/${database}`)).database as JsonObject).status
  await expect.poll(online, { timeout: 30_000 }).toBe('online')
  const address = String(
    ((await byHand('POST', '/reserved_ips', { droplet_id: Number(machine) })).reserved_ip as JsonObject).ip,
  )
  await byHand('POST', '/domains', { name: 'app.example.com' })
  const record = await made('/domains/app.example.com/records', 'domain_record', {
    type: 'A',
    name: 'www',
    data: address,
    ttl: 300,
  })
  const ready = async () =>
    ((await byHand('GET', `/load_balancers/${balancer}`)).load_balancer as JsonObject).status === 'active' &&
    ((await byHand('GET', `/firewalls/${firewall}`)).firewall as JsonObject).status === 'succeeded'
  await expect.poll(ready, { timeout: 30_000 }).toBe(true)
  const unlocked = async () => ((await byHand('GET', `/reserved_ips/${address}`)).reserved_ip as JsonObject).locked
  await expect.poll(unlocked, { timeout: 30_000 }).toBe(false)

  const resources = [
    { type: 'vpc', id: vpc, name: 'net' },
    { type: 'machine', id: machine, name: 'app' },
    { type: 'volume', id: volume, name: 'disk' },
    { type: 'firewall', id: firewall, name: 'wall' },
    { type: 'load_balancer', id: balancer, name: 'front' },
    { type: 'database', id: database, name: 'orders' },
    { type: 'reserved_ip', id: address, name: 'address' },
    { type: 'domain', id: 'app.example.com', name: 'zone' },
    { type: 'dns_record', id: `app.example.com/${record}`, name: 'www' },
  ]
  const { description, proof } = await preview('everything', resources)
  expect(proof).toMatchObject({ steps: 0 })
  const described = description.resources as { name: string; specifications: JsonObject }[]
  const of = (name: string) => described.find((one) => one.name === name)!.specifications
  expect(of('app').vpc).toEqual({ ref: 'net.id' })
  expect(of('disk').machine).toEqual({ ref: 'app.id' })
  expect(of('wall').machines).toEqual([{ ref: 'app.id' }])
  expect(of('front')).toMatchObject({ machines: [{ ref: 'app.id' }], vpc: { ref: 'net.id' } })
  expect(of('orders').vpc).toEqual({ ref: 'net.id' })
  expect(of('address').machine).toEqual({ ref: 'app.id' })
  expect(of('www')).toMatchObject({ domain: { ref: 'zone.name' }, data: { ref: 'address.ip' } })

  const imported = await carriedOut('/infrastructure/everything/import', { resources })
  expect(imported).toMatchObject({ status: 'succeeded', error: null })
  expect((await client.planApply(description)).steps).toEqual([])

  of('www').ttl = 60
  of('disk').size_gb = 20
  const changed = await client.apply(description, {})
  expect(await finished(client, changed.id)).toMatchObject({ status: 'succeeded', total_steps: 2, error: null })

  const end = await client.planDestroy('everything')
  const consent = end.consentNeeded.map(({ resource }) => resource)
  const gone = await client.destroy('everything', { planHash: end.hash, consent })
  expect(await finished(client, gone.id)).toMatchObject({ status: 'succeeded', error: null })
  await expect(byHand('GET', `/vpcs/${vpc}`)).rejects.toThrow('404')
})
