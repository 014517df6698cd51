import { describe, expect, test } from 'vitest'
import { sizeOf } from '../data/catalogue.ts'
import type { Usage, UsageItem } from '../records/types.ts'
import { charges, closedMonths, dollars, monthOf, total } from './charges.ts'

const hour = 3_600_000
const november = monthOf(Date.UTC(2026, 10, 5))
const small = sizeOf('s-1vcpu-1gb')!

const item = (more: Partial<UsageItem> = {}): UsageItem => ({
  product: 'Droplets',
  description: 'web1',
  sku: small.slug,
  region: 'nyc3',
  price: { hourly: small.price_hourly, monthly: small.price_monthly },
  minimum: true,
  ...more,
})
const used = (hours: number, more: Partial<Usage> = {}): Usage => ({
  id: crypto.randomUUID(),
  resource: 'droplet:1',
  item: item(),
  start: november.start,
  end: november.start + hours * hour,
  ...more,
})
const amount = (usage: Usage[], now = november.end) => total(charges(usage, november, now))

describe('what a month costs', () => {
  test('is the hourly price by the second', () => {
    expect(amount([used(100)])).toBeCloseTo(0.893, 10)
    expect(amount([used(0.5)])).toBeCloseTo(0.01, 10)
    expect(amount([used(90.5)])).toBeCloseTo(90.5 * 0.00893, 10)
  })

  test('never exceeds the monthly price: 720 hours cost $6.00, not $6.43', () => {
    expect(amount([used(720)])).toBe(6)
    expect(amount([used(672)])).toBe(6)
    expect(dollars(amount([used(671)]))).toBe('5.99')
  })

  test('is a cent at least, and a minute at least, for a droplet that lived for a moment', () => {
    expect(amount([used(0)])).toBe(0.01)
    const dear = { ...item(), price: { hourly: 36, monthly: 24_192 } }
    expect(amount([used(1 / 3600, { item: dear })])).toBeCloseTo(0.6, 10)
  })

  test('counts the parts of the same thing together, so that the cap holds over a pause', () => {
    const parts = [used(400), used(0, { start: november.start + 410 * hour, end: november.end })]
    expect(amount(parts)).toBe(6)
  })

  test('counts another size as another thing', () => {
    const large = sizeOf('s-2vcpu-4gb')!
    const resized = item({ sku: large.slug, price: { hourly: large.price_hourly, monthly: large.price_monthly } })
    const usage = [
      used(100),
      used(0, { item: resized, start: november.start + 100 * hour, end: november.start + 200 * hour }),
    ]
    expect(amount(usage)).toBeCloseTo(100 * 0.00893 + 100 * 0.03571, 10)
  })

  test('counts what is still running up to now', () => {
    const { end: _, ...running } = used(0)
    expect(amount([running], november.start + 10 * hour)).toBeCloseTo(0.0893, 10)
  })

  test('takes only its own part of what spans months', () => {
    const long = used(0, { start: november.start - 100 * hour, end: november.start + 10 * hour })
    expect(amount([long])).toBeCloseTo(0.0893, 10)
  })

  test('leaves the amount of what has no known price open instead of calling it nothing', () => {
    const { price: _, ...unpriced } = item()
    expect(charges([used(10, { item: unpriced })], november, november.end)[0]).toMatchObject({
      seconds: 36_000,
      amount: undefined,
    })
  })
})

test('an invoice is due for each month that is over since the first use', () => {
  const usage = [used(1, { start: Date.UTC(2026, 8, 30) })]
  const names = closedMonths(usage, Date.UTC(2026, 10, 20)).map(({ name }) => name)
  expect(names).toEqual(['2026-09', '2026-10'])
  expect(closedMonths([], Date.UTC(2026, 10, 20))).toEqual([])
})
