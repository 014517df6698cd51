import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { JsonObject } from '../json.ts'
import { parseInfrastructure } from '../spec/parse.ts'
import { compare } from './compare.ts'

const described = (type: string, specifications: JsonObject, more = {}) =>
  compare(
    parseInfrastructure({
      name: 'shop',
      provider: 'digitalocean',
      region: 'nyc3',
      resources: [{ type, name: 'one', specifications }],
      ...more,
    }),
  )

/** Provider, what is paid for, and USD a month. */
const rows = (...args: Parameters<typeof described>) =>
  described(...args).map(({ provider, monthly, resources }) => [
    provider,
    monthly,
    ...resources.flatMap(({ lines }) => lines.map(({ item }) => item)),
  ])

test('a size becomes what it has, and each cloud takes its cheapest that has as much, with a disk beside', () => {
  expect(rows('machine', { size: 's-2vcpu-4gb' })).toEqual([
    ['digitalocean', 24, 'machine s-2vcpu-4gb', 'outbound transfer'],
    ['aws', 33.85, 'machine t3a.medium', 'EBS gp3 80 GiB'],
    ['azure', 47.16, 'machine Standard_B2als_v2', 'premium SSD P10, 128 GiB for 80'],
    ['gcp', 38.06, 'machine e2-medium', 'SSD persistent disk 80 GiB'],
  ])
})

test('a need stays a need: no disk is made up where none is said', () => {
  const [, aws] = described('machine', { size: { vcpus: 2, memory_gb: 4 } })
  expect(aws).toMatchObject({
    monthly: 27.45,
    unpriced: ['one: disk'],
    region: 'us-east-1',
    catalogueDate: '2026-07-20',
  })
})

test.each([
  ['database', { engine: 'pg', size: 'db-s-1vcpu-1gb' }, ['one: database']],
  ['machine', { size: 's-1vcpu-1gb', backups: true }, ['one: backups']],
  ['volume', { size_gb: 500 }, []],
])('what has no priced equivalent is named: %s of %j', (type, specifications, unpriced) => {
  expect(described(type, specifications).find(({ provider }) => provider === 'aws')?.unpriced).toEqual(unpriced)
})

test('an azure disk above the tiers with a known price is not guessed', () => {
  const azure = described('volume', { size_gb: 500 })[2]
  expect(azure).toMatchObject({ provider: 'azure', monthly: 0, unpriced: ['one: managed disk 500 GiB'] })
})

test('expected transfer is priced where its price is known', () => {
  const all = described('machine', { size: 's-1vcpu-1gb' }, { expected_transfer_gb: 1100 })
  const transfer = all.map(({ provider, resources }) => [
    provider,
    resources.find(({ type }) => type === 'transfer')?.monthly,
  ])
  expect(transfer).toEqual([
    ['digitalocean', 1],
    ['aws', 90],
    ['azure', null],
    ['gcp', null],
  ])
})

test('what is free in all of them costs nothing anywhere', () => {
  expect(described('vpc', {}).map(({ monthly, unpriced }) => [monthly, unpriced])).toEqual(Array(4).fill([0, []]))
})

const specs = process.env.ATLAS_SPECS ?? join(import.meta.dirname, '../../../../../shared/specs')
test.skipIf(!existsSync(specs)).each(['aws', 'azure', 'gcp'])(
  'the catalogue of %s is the one that was collected',
  (name) => {
    const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'))
    expect(read(join(import.meta.dirname, `catalogue/${name}.json`))).toEqual(read(join(specs, `prices/${name}.json`)))
  },
)
