import { expect, test } from 'vitest'
import { digitalOcean } from './catalogue.ts'
import { digitalOceanPrice } from './digitalocean.ts'
import { cents } from './estimate.ts'
import { forecastOf, groupCharges, meter, totalOf, type Usage } from './metering.ts'
import { ratesOf } from './rate.ts'

const usage = (
  resource: string,
  size: string,
  from: string,
  to: string | null,
  more: Partial<Usage> & { backups?: boolean } = {},
): Usage => {
  const { backups = false, ...rest } = more
  return {
    infrastructure: 'shop',
    resource,
    type: 'machine',
    life: resource,
    tags: [],
    rates: ratesOf(digitalOceanPrice('machine', { size, backups }, 'nyc3')),
    from: new Date(from),
    to: to === null ? null : new Date(to),
    ...rest,
  }
}
const [november, december] = [new Date('2026-11-01'), new Date('2026-12-01')]
const costs = (...all: Usage[]) => meter(all, november, december).map(({ item, amount }) => [item, cents(amount!)])

test('a size that a machine had twice in a month is one line, up to its monthly price', () => {
  expect(
    costs(
      usage('web', 's-1vcpu-1gb', '2026-10-20', '2026-11-15'),
      usage('web', 's-2vcpu-4gb', '2026-11-15', '2026-11-15T10:00:00Z'),
      usage('web', 's-1vcpu-1gb', '2026-11-15T10:00:00Z', null),
    ),
  ).toEqual([
    // 710 hours, of which 672 are billed.
    ['machine s-1vcpu-1gb', 6],
    ['machine s-2vcpu-4gb', 0.36],
  ])
})

test('two lives of one name are billed by themselves: each has its minimum and its cap', () => {
  const life = (n: number, from: string, to: string) => usage('web', 's-1vcpu-1gb', from, to, { life: `life ${n}` })
  expect(costs(life(1, '2026-11-03', '2026-11-03T00:00:01Z'), life(2, '2026-11-03T00:00:01Z', '2026-11-03T00:00:02Z')))
    // A cent each.
    .toEqual([
      ['machine s-1vcpu-1gb', 0.01],
      ['machine s-1vcpu-1gb', 0.01],
    ])
})

test('backups cost by the time too, without a minimum', () => {
  expect(costs(usage('web', 's-2vcpu-4gb', '2026-11-01', null, { backups: true }))).toEqual([
    ['machine s-2vcpu-4gb', 24],
    ['backups weekly', 4.8],
  ])
})

test('the month anew: what runs over its end is cut there, and what lies outside costs nothing', () => {
  const machine = usage('web', 's-1vcpu-1gb', '2026-11-30T14:00:00Z', '2026-12-01T10:00:00Z')
  expect(cents(totalOf(meter([machine], november, december)))).toBe(0.09)
  expect(cents(totalOf(meter([machine], november, new Date('2027-01-01'))))).toBe(0.18)
  expect(meter([machine], new Date('2026-12-01T10:00:00Z'), new Date('2027-01-01'))).toEqual([])
})

test('the cap starts anew with each calendar month', () => {
  const machine = usage('web', 's-1vcpu-1gb', '2026-01-31T12:00:00Z', '2026-03-01T01:00:00Z')
  const all = meter([machine], new Date('2026-01-01'), new Date('2026-04-01'))
  expect(all.map(({ amount }) => cents(amount!))).toEqual([0.11, 6, 0.01])
})

test('a forecast lets everything go on that runs, up to its cap', () => {
  const all = [
    usage('web', 's-1vcpu-1gb', '2026-11-01', null),
    usage('gone', 's-1vcpu-1gb', '2026-11-01', '2026-11-05T04:00:00Z'),
  ]
  const now = new Date('2026-11-08')
  expect(cents(totalOf(meter(all, november, now)))).toBe(cents(((7 * 24 + 100) * 6) / 672))
  expect(cents(forecastOf(all, november, now))).toBe(cents(6 + 0.893))
})

test('groups: the dearest first; what has two tags is in both, what has none in one of its own', () => {
  const charges = meter(
    [
      usage('web', 's-2vcpu-4gb', '2026-11-01', null, { tags: ['project=shop', 'team=a'] }),
      usage('old', 's-1vcpu-1gb', '2026-11-01', null, { infrastructure: 'attic' }),
      usage('odd', 'made-up', '2026-11-01', null, { infrastructure: 'attic' }),
    ],
    november,
    december,
  )
  const groups = (by: Parameters<typeof groupCharges>[1]) =>
    groupCharges(charges, by).map(({ group, cost }) => [group, cents(cost)])
  expect(groups('resource')).toEqual([
    ['shop/web', 24],
    ['attic/old', 6],
    ['attic/odd', 0],
  ])
  expect(groups('infrastructure')).toEqual([
    ['shop', 24],
    ['attic', 6],
  ])
  expect(groups('type')).toEqual([['machine', 30]])
  expect(groups('tag')).toEqual([
    ['project=shop', 24],
    ['team=a', 24],
    ['', 6],
  ])
  expect(groupCharges(charges, 'infrastructure')[1]).toMatchObject({ unpriced: ['machine made-up'] })
})

test('every size of the catalogue is metered to its monthly price in a month of 31 days', () => {
  for (const { slug, monthly } of digitalOcean.sizes.values())
    expect(
      totalOf(meter([usage('web', slug, '2026-01-01', null)], new Date('2026-01-01'), new Date('2026-02-01'))),
    ).toBeCloseTo(monthly, 2)
})
