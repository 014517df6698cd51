import { afterAll, beforeAll, expect, test } from 'vitest'
import { droplet, SandboxProcess, until } from '../sandbox.fixture.ts'

let cloud: SandboxProcess
beforeAll(async () => {
  cloud = await SandboxProcess.start('--settle-ms', '0')
})
afterAll(() => cloud.remove())

const hour = 3600

interface Invoice {
  invoice_uuid: string
  amount: string
  invoice_period: string
}
interface Item {
  product: string
  description: string
  amount: string
  duration: string
}

/** To the first second of the next month on the sandbox's clock. */
async function toNextMonth(): Promise<void> {
  const { now } = await cloud.get<{ now: string }>('/_sandbox/clock')
  const date = new Date(now)
  const next = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
  await cloud.admin.advanceClock(Math.ceil((next - date.getTime()) / 1000))
}

test('a simulated month costs what the price list says, to the cent', async () => {
  await toNextMonth()
  const make = async (more: object) =>
    (await cloud.call<{ droplet: { id: number } }>('POST', '/v2/droplets', droplet(more))).body.droplet.id
  const ready = (id: number) =>
    until(
      () => cloud.get<{ droplet: { locked: boolean } }>(`/v2/droplets/${id}`),
      (answer) => !answer.droplet.locked,
    )
  const whole = await make({ name: 'whole' })
  const stopped = await make({ name: 'stopped', size: 's-2vcpu-4gb' })
  const backedUp = await make({ name: 'backed-up', backups: true })
  const brief = await make({ name: 'brief' })
  for (const id of [whole, stopped, backedUp, brief]) await ready(id)
  await cloud.call('POST', '/v2/volumes', { name: 'data', region: 'nyc3', size_gigabytes: 100 })
  const rule = { entry_protocol: 'http', entry_port: 80, target_protocol: 'http', target_port: 80 }
  await cloud.call('POST', '/v2/load_balancers', { name: 'lb', region: 'nyc3', forwarding_rules: [rule] })
  await cloud.call('POST', '/v2/reserved_ips', { region: 'nyc3' })
  await cloud.call('POST', '/v2/databases', {
    name: 'main',
    engine: 'pg',
    num_nodes: 2,
    size: 'db-s-1vcpu-1gb',
    region: 'nyc3',
  })

  await cloud.admin.advanceClock(10 * hour)
  expect((await cloud.call('DELETE', `/v2/droplets/${brief}`)).status).toBe(204)
  await cloud.call('POST', `/v2/droplets/${stopped}/actions`, { type: 'power_off' })
  await ready(stopped)
  await cloud.admin.advanceClock(90 * hour)
  expect((await cloud.call('DELETE', `/v2/droplets/${stopped}`)).status).toBe(204)
  await toNextMonth()

  const { invoices } = await cloud.get<{ invoices: Invoice[] }>('/v2/customers/my/invoices')
  const last = invoices[0]!
  const { invoice_items } = await cloud.get<{ invoice_items: Item[] }>(
    `/v2/customers/my/invoices/${last.invoice_uuid}?per_page=200`,
  )
  const lines = Object.fromEntries(invoice_items.map(({ description, amount }) => [description, amount]))
  expect(lines).toEqual({
    // A month is capped at 672 hours.
    'whole (s-1vcpu-1gb)': '6.00',
    // 100 h × $0.03571, of which 90 powered off: what is off is billed too.
    'stopped (s-2vcpu-4gb)': '3.57',
    'backed-up (s-1vcpu-1gb)': '6.00',
    // 20% of the droplet.
    'backed-up (weekly backups)': '1.20',
    // 10 h × $0.00893
    'brief (s-1vcpu-1gb)': '0.09',
    // 100 GiB × $0.10
    'data (100 GiB)': '10.00',
    'lb (1 nodes)': '12.00',
    [Object.keys(lines).find((description) => description.startsWith('Unused'))!]: '5.00',
    // 2 × $15.15
    'main (pg db-s-1vcpu-1gb × 2)': '30.30',
  })
  expect(last.amount).toBe('74.16')

  const { billing_history } = await cloud.get<{ billing_history: { type: string; amount: string }[] }>(
    '/v2/customers/my/billing_history',
  )
  expect(billing_history.slice(0, 2).map(({ type, amount }) => [type, amount])).toEqual([
    ['Payment', '-74.16'],
    ['Invoice', '74.16'],
  ])
  const balance = await cloud.get<{ month_to_date_usage: string }>('/v2/customers/my/balance')
  expect(Number(balance.month_to_date_usage)).toBeLessThan(0.1)
})
