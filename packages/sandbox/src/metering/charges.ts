import { billing } from '../data/catalogue.ts'
import type { Usage, UsageItem } from '../records/types.ts'

/** One line of an invoice. */
export interface Charge {
  resource: string
  item: UsageItem
  start: number
  end: number
  seconds: number
  /** USD, not rounded; `undefined` where the price is not known. */
  amount: number | undefined
}

/** From its first moment up to the next month's, in milliseconds. */
export interface Month {
  /** `2026-11`. */
  name: string
  start: number
  end: number
}

export function monthOf(time: number): Month {
  const date = new Date(time)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  return { name: date.toISOString().slice(0, 7), start: Date.UTC(year, month, 1), end: Date.UTC(year, month + 1, 1) }
}

/** The months from the first use up to, not including, the one that runs. */
export function closedMonths(usage: Iterable<Usage>, now: number): Month[] {
  let first = now
  for (const { start } of usage) first = Math.min(first, start)
  const months: Month[] = []
  for (let month = monthOf(first); month.end <= now; month = monthOf(month.end)) months.push(month)
  return months
}

/**
 * What a month costs until `now`. Use is counted by the second, the same thing at the same price together, and costs
 * its hourly price up to the monthly one. What has a minimum is billed for a minute or a cent at least.
 */
export function charges(usage: Iterable<Usage>, month: Month, now: number): Charge[] {
  const lines = new Map<string, Charge>()
  for (const { resource, item, start, end } of usage) {
    const from = Math.max(start, month.start)
    const to = Math.min(end ?? now, month.end, now)
    if (from > to || start >= month.end) continue
    const key = `${resource} ${item.sku} ${item.price?.hourly}`
    const line = lines.get(key) ?? { resource, item, start: from, end: to, seconds: 0, amount: 0 }
    lines.set(key, { ...line, end: Math.max(line.end, to), seconds: line.seconds + (to - from) / 1000 })
  }
  return [...lines.values()].map((line) => ({ ...line, amount: cost(line.item, line.seconds) }))
}

export function cost({ price, minimum }: UsageItem, seconds: number): number | undefined {
  if (!price) return undefined
  const billed = minimum ? Math.max(seconds, billing.minimumSeconds) : seconds
  const amount = Math.min((price.hourly * billed) / 3600, price.monthly)
  return minimum ? Math.max(amount, billing.minimumAmount) : amount
}

export const total = (lines: readonly Charge[]): number => lines.reduce((sum, { amount }) => sum + (amount ?? 0), 0)

/** `23.44` */
export const dollars = (amount: number): string => amount.toFixed(2)
