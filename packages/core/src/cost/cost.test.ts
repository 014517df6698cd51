import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseInfrastructure } from '../spec/parse.ts'
import wrong from './__cases__/requirement-5-wrong-prices.json' with { type: 'json' }
import { machineCost, transferAllowance, transferCost } from './billing.ts'
import { digitalOcean } from './catalogue.ts'
import { digitalOceanPrice } from './digitalocean.ts'
import { cents, estimate } from './estimate.ts'

const size = (slug: string) => digitalOcean.sizes.get(slug)!
const small = size('s-1vcpu-1gb')
const hour = 3600
const price = (
  ...[type, specifications]: [Parameters<typeof digitalOceanPrice>[0], Parameters<typeof digitalOceanPrice>[1]]
) =>
  digitalOceanPrice(type, specifications, 'nyc3').map(({ item, monthly }) => [
    item,
    monthly === null ? null : cents(monthly),
  ])

test.each(Object.entries(wrong.machines))(
  '%s costs its monthly price, not the 720 hours of requirement 5',
  (slug, stated) => {
    expect(cents(stated.hourly * wrong.hoursAssumed)).toBeCloseTo(stated.statedMonthly, 1)
    expect(price('machine', { size: slug })).toEqual([[`machine ${slug}`, stated.monthly]])
  },
)

test('backups are a share of the machine: a fifth when weekly, three tenths when daily', () => {
  const [machine, weekly] = price('machine', { size: 's-2vcpu-4gb', backups: true })
  expect([machine, weekly]).toEqual([
    ['machine s-2vcpu-4gb', 24],
    ['backups weekly', 4.8],
  ])
  expect(price('machine', { size: 's-2vcpu-4gb', backups: { plan: 'daily' } })[1]).toEqual(['backups daily', 7.2])
})

test.each([
  ['volume', { size_gb: 100 }, [['volume 100 GiB', 10]]],
  ['load_balancer', { nodes: 3 }, [['load balancer × 3', 36]]],
  ['reserved_ip', { machine: { ref: 'web1.id' } }, [['reserved IP', 0]]],
  ['reserved_ip', {}, [['reserved IP, unassigned', 5]]],
  ['snapshot', { volume: '1' }, [['snapshot', null]]],
  ['vpc', {}, []],
  ['database', { engine: 'pg', size: 'db-s-1vcpu-2gb', num_nodes: 1 }, [['database pg db-s-1vcpu-2gb', 30.45]]],
  [
    'database',
    { engine: 'pg', size: 'db-s-1vcpu-2gb', num_nodes: 2, storage_gb: 45 },
    [
      ['database pg db-s-1vcpu-2gb', 30.45],
      ['standby node', 30.45],
      ['extra storage 20 GiB', 4.3],
    ],
  ],
  [
    'database',
    { engine: 'valkey', size: 'db-s-1vcpu-1gb', num_nodes: 3 },
    [
      ['database valkey db-s-1vcpu-1gb', 15],
      ['2 standby nodes', null],
    ],
  ],
  ['database', { engine: 'mysql', size: 'db-s-1vcpu-1gb', num_nodes: 1 }, [['database mysql db-s-1vcpu-1gb', null]]],
  ['machine', { size: 'made-up' }, [['machine made-up', null]]],
] as const)('a %s of %j', (type, specifications, lines) => {
  expect(price(type, specifications)).toEqual(lines)
})

test('every known price says where it comes from', () => {
  for (const record of [...digitalOcean.sizes.values(), ...digitalOcean.items.values()]) {
    expect(record.source, JSON.stringify(record)).toBeTruthy()
    expect(record).toHaveProperty('asOf')
  }
})

test('time is billed by the second, from a minimum up to the monthly price', () => {
  expect(machineCost(small, 0)).toBe(0)
  expect(machineCost(small, 1)).toBe(0.01)
  expect(machineCost(size('gpu-h100x8-640gb'), 1)).toBeCloseTo((35.28 * 60) / hour, 6)
  expect(machineCost(small, 100 * hour)).toBeCloseTo(0.893, 6)
  expect(machineCost(small, 671 * hour)).toBeLessThan(6)
  expect(machineCost(small, 672 * hour)).toBe(6)
  expect(machineCost(small, 744 * hour)).toBe(6)
})

test('a GPU reaches its monthly price only at the end of a month of 31 days', () => {
  const gpu = size('gpu-h100x1-80gb')
  expect(machineCost(gpu, 672 * hour)).toBeCloseTo(4.41 * 672, 6)
  expect(machineCost(gpu, 744 * hour)).toBe(3281.04)
})

test('transfer is pooled, earned by time, and billed only beyond', () => {
  const allowance = transferAllowance([
    { size: small, seconds: 672 * hour },
    { size: size('s-2vcpu-4gb'), seconds: 336 * hour },
  ])
  expect(allowance).toBe(1000 + 2000)
  expect(transferCost(2999, allowance!)).toBe(0)
  expect(transferCost(3100, allowance!)).toBeCloseTo(1)
  expect(transferAllowance([{ size: size('c-60-intel'), seconds: 1 }])).toBeNull()
})

test('an estimate sums what is known, names what is not, and says its date', () => {
  const described = parseInfrastructure({
    name: 'shop',
    provider: 'digitalocean',
    region: 'nyc3',
    resources: [
      { type: 'droplet', name: 'web', specifications: { size: { vcpus: 2, memory_gb: 4 }, backups: true } },
      { type: 'database', name: 'data', specifications: { engine: 'mysql', size: 'db-s-1vcpu-1gb' } },
      { type: 'vpc', name: 'net', specifications: {} },
    ],
  })
  const result = estimate(described)
  expect(result).toMatchObject({ monthly: 28.8, currency: 'USD', unpriced: ['data: database mysql db-s-1vcpu-1gb'] })
  expect(result.catalogueDate).toBe('2026-08-21')
  expect(result.transfer).toMatchObject({ includedGb: 4000, perGbBeyond: 0.01, monthly: 0 })
  expect(result.resources.map(({ monthly }) => monthly)).toEqual([28.8, null, 0])
})

test.each([
  [undefined, 's-1vcpu-1gb', 6, [{ item: 'outbound transfer', monthly: 0 }]],
  [900, 's-1vcpu-1gb', 6, [{ item: 'outbound transfer 900 GiB', monthly: 0 }]],
  [3000, 's-1vcpu-1gb', 26, [{ item: 'outbound transfer 3,000 GiB', monthly: 20 }]],
  [3000, 'c-60-intel', 1639, [{ item: 'outbound transfer 3,000 GiB', monthly: null }]],
])('%s GiB of expected transfer beside a %s: $%d', (expected_transfer_gb, slug, monthly, lines) => {
  const resources = [{ type: 'machine', name: 'web', specifications: { size: slug } }]
  const result = estimate(
    parseInfrastructure({ name: 'shop', provider: 'digitalocean', region: 'nyc3', resources, expected_transfer_gb }),
  )
  expect(result).toMatchObject({ monthly, transfer: { lines } })
  expect(result.unpriced).toEqual(lines[0]!.monthly === null ? [`shop: ${lines[0]!.item}`] : [])
})

test('without machines no transfer is spoken of', () => {
  const nothing = parseInfrastructure({ name: 'shop', provider: 'digitalocean', region: 'nyc3', resources: [] })
  expect(estimate(nothing).transfer).toMatchObject({ includedGb: 0, lines: [] })
})

const original = join(
  process.env.ATLAS_SPECS ?? join(import.meta.dirname, '../../../../../shared/specs'),
  'prices/digitalocean.json',
)
test.skipIf(!existsSync(original))('the catalogue is the one that was collected', () => {
  const copy = readFileSync(join(import.meta.dirname, 'catalogue/digitalocean.json'), 'utf8')
  expect(JSON.parse(copy)).toEqual(JSON.parse(readFileSync(original, 'utf8')))
})
