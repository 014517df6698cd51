import { join } from 'node:path'
import type { Client } from '@atlas/client'
import { type JsonObject, monthAfter } from '@atlas/core'
import { readSandboxFile, sandboxAdmin } from '@atlas/sandbox'
import pg from 'pg'
import { beforeAll, expect, test } from 'vitest'
import { databaseUrl } from './database.fixture.ts'
import { clientOf, finished, recordsOnly, serverOfFile } from './server.fixture.ts'

// A month cannot be waited for, so both sides are given another clock, and the same one. The sandbox's can be advanced;
// metering takes every time it writes and every "now" it reads from one function of the database, metering_now, which
// is put in its place with the same seconds added. Nothing else is touched: the invoice is what the sandbox makes of
// its own records, the costs are what Atlas made of the steps that it carried out.

const dataDir = serverOfFile(recordsOnly)
let client: Client
let ahead = 0
let sandbox: Awaited<ReturnType<typeof readSandboxFile>>

beforeAll(async () => {
  client = clientOf(dataDir)
  sandbox = await readSandboxFile(join(dataDir, 'sandbox'))
})

const now = () => new Date(Date.now() + ahead * 1000)
const day = 24 * 3600

async function advance(seconds: number): Promise<void> {
  await sandboxAdmin(sandbox).advanceClock(seconds)
  ahead += seconds
  const database = new pg.Client(databaseUrl(dataDir))
  await database.connect()
  await database.query(
    `create or replace function atlas.metering_now() returns timestamptz language sql stable
     return now() + interval '${ahead} seconds'`,
  )
  await database.end()
}

const toNextMonth = () => advance(Math.ceil((monthAfter(now()).getTime() - now().getTime()) / 1000))

async function cloud<T>(path: string, body?: JsonObject): Promise<T> {
  const answer = await fetch(`${sandbox.url}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${sandbox.token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  expect(answer.ok, `${path}: ${answer.status}`).toBe(true)
  return (await answer.json()) as T
}

const resources: Record<string, [type: string, specifications: JsonObject]> = {
  web: ['machine', { size: 's-1vcpu-1gb', backups: true }],
  worker: ['machine', { size: 's-2vcpu-4gb' }],
  brief: ['machine', { size: 's-4vcpu-8gb' }],
  data: ['volume', { size_gb: 100, machine: { ref: 'worker.id' } }],
  main: ['database', { engine: 'pg', version: '16', size: 'db-s-1vcpu-1gb' }],
  lb: [
    'load_balancer',
    {
      forwarding_rules: [{ entry_protocol: 'http', entry_port: 80, target_protocol: 'http', target_port: 80 }],
      machines: [{ ref: 'web.id' }],
    },
  ],
}

async function apply(wanted: typeof resources, consent: string[] = []): Promise<void> {
  const description = {
    name: 'shop',
    provider: 'digitalocean',
    region: 'nyc3',
    tags: { project: 'shop' },
    resources: Object.entries(wanted).map(([name, [type, specifications]]) => ({ name, type, specifications })),
  }
  const { id } = await client.apply(description, { consent })
  expect(await finished(client, id)).toMatchObject({ status: 'succeeded' })
}

/** The sandbox's invoice of the month before. */
async function lastInvoice(): Promise<{ total: number; of(product: string): number }> {
  const { invoices } = await cloud<{ invoices: { invoice_uuid: string; amount: string }[] }>(
    '/v2/customers/my/invoices',
  )
  const last = invoices[0]!
  const { invoice_items } = await cloud<{ invoice_items: { product: string; amount: string }[] }>(
    `/v2/customers/my/invoices/${last.invoice_uuid}?per_page=200`,
  )
  const of = (product: string) =>
    invoice_items.filter((item) => item.product === product).reduce((sum, { amount }) => sum + Number(amount), 0)
  return { total: Number(last.amount), of }
}

const withinAPercent = (metered: number, billed: number) =>
  expect(Math.abs(metered - billed) / billed, `metered ${metered}, billed ${billed}`).toBeLessThan(0.01)

const month = { timeout: 180_000, retry: 0 }

test('a month of changes: what Atlas metered is what the cloud bills, within a percent', month, async () => {
  await toNextMonth()
  const from = now()
  await apply(resources)

  // Somebody turns a machine off: it is billed all the same.
  await advance(3 * day)
  const { droplets } = await cloud<{ droplets: { id: number; name: string }[] }>('/v2/droplets')
  const web = droplets.find(({ name }) => name === 'web')!
  await cloud(`/v2/droplets/${web.id}/actions`, { type: 'power_off' })
  const status = async () => (await cloud<{ droplet: { status: string } }>(`/v2/droplets/${web.id}`)).droplet.status
  await expect.poll(status, { timeout: 20_000 }).toBe('off')

  await advance(4 * day)
  const { brief: _, ...lasting } = resources
  await apply(lasting, ['brief'])

  await advance(3 * day)
  const larger: typeof resources = {
    ...lasting,
    worker: ['machine', { size: 's-4vcpu-8gb' }],
    data: ['volume', { size_gb: 250, machine: { ref: 'worker.id' } }],
    'web-copy': ['snapshot', { machine: { ref: 'web.id' } }],
    'data-copy': ['snapshot', { volume: { ref: 'data.id' } }],
  }
  await apply(larger)
  const midway = await client.costs()

  await advance(6 * day)
  const { lb: __, ...rest } = larger
  await apply(rest)
  await toNextMonth()

  const invoice = await lastInvoice()
  const to = now().toISOString()
  const costs = await client.costs({ from: from.toISOString(), to, group_by: 'type' })
  withinAPercent(costs.total, invoice.total)
  const metered = (type: string) => costs.groups.find(({ group }) => group === type)!.cost
  withinAPercent(metered('machine'), invoice.of('Droplets') + invoice.of('Backups'))
  withinAPercent(metered('volume'), invoice.of('Volumes'))
  withinAPercent(metered('load_balancer'), invoice.of('Load Balancers'))
  withinAPercent(metered('database'), invoice.of('Database Clusters'))
  // Of cents, so by the cent: the cloud says sizes with two decimals.
  expect(metered('snapshot')).toBeCloseTo(invoice.of('Snapshots'), 1)
  expect(metered('snapshot')).toBeGreaterThan(0.1)

  // The forecast of the tenth day was what came, but for the load balancer that went.
  expect(midway.month_to_date).toBeLessThan(costs.total)
  expect(midway.forecast).toBeGreaterThan(costs.total)
  expect(midway.forecast - costs.total).toBeLessThan(12)
  expect(await client.costs({ from: from.toISOString(), to, group_by: 'tag' })).toMatchObject({
    total: costs.total,
    groups: [{ group: 'project=shop', cost: costs.total }],
  })
})
