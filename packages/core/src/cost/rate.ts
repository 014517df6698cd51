import { digitalOcean } from './catalogue.ts'
import type { PriceLine } from './price.ts'

/** What one thing costs by the time it exists. It is stored with the time, so that a later price list changes no past. */
export interface Rate {
  /** What is paid for: `machine s-2vcpu-4gb`. */
  item: string
  /** USD an hour; `null` where no sourced price is known. */
  hourly: number | null
  /** USD: what a calendar month costs at most. */
  monthly: number | null
  /** Hours after which a month costs no more, where they are not 672. */
  monthlyHours?: number
  /** Billed at least, whichever of the two is more: seconds at the hourly price, or an amount in USD. */
  minimum?: { seconds: number; amount: number }
}

/** The rates behind a resource's price lines. What is told by the month alone runs to it in 672 hours. */
export const ratesOf = (lines: readonly PriceLine[]): Rate[] =>
  lines.map(({ item, monthly, hourly, monthlyHours, minimum }) => ({
    item,
    hourly: hourly ?? (monthly === null ? null : monthly / digitalOcean.billing.monthlyCapHours),
    monthly,
    ...(monthlyHours !== undefined && { monthlyHours }),
    ...(minimum && { minimum }),
  }))

/** USD for so many seconds within one calendar month, not rounded; `null` where the price is not known. */
export function rateCost({ hourly, monthly, monthlyHours, minimum }: Rate, seconds: number): number | null {
  if (hourly === null || monthly === null) return null
  if (seconds <= 0) return 0
  const billed = Math.max(seconds, minimum?.seconds ?? 0)
  if (billed >= (monthlyHours ?? digitalOcean.billing.monthlyCapHours) * 3600) return monthly
  return Math.min(monthly, Math.max((hourly * billed) / 3600, minimum?.amount ?? 0))
}

/** A stretch of time within one calendar month (UTC), in which a cap counts. */
export interface Stretch {
  /** `2026-11`. */
  month: string
  from: Date
  to: Date
}

/** Cuts a time into calendar months; nothing where it is empty. */
export function monthsOf(from: Date, to: Date): Stretch[] {
  const months: Stretch[] = []
  for (let start = from; start < to; ) {
    const next = monthAfter(start)
    const end = next < to ? next : to
    months.push({ month: start.toISOString().slice(0, 7), from: start, to: end })
    start = end
  }
  return months
}

/** The first moment of the calendar month (UTC). */
export const monthStart = (at: Date): Date => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth()))

/** The first moment of the next one. */
export const monthAfter = (at: Date): Date => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1))
