import { type Catalogue, digitalOcean, type Size } from './catalogue.ts'

/**
 * What one machine costs for the time it existed within a calendar month, in USD: by the second, at least 60 seconds or
 * $0.01, whichever is more, and no more than the monthly price, which is reached after 672 hours (GPU sizes: 744, that
 * is never before the end of the month). It is billed while it exists, powered off or not.
 * Rules of DigitalOcean since 2026-01-01; source and date are in the catalogue's `billing`.
 */
export function machineCost(size: Size, seconds: number, { billing }: Catalogue = digitalOcean): number {
  if (seconds <= 0) return 0
  const billed = Math.max(seconds, billing.minimum.seconds)
  if (billed >= capHours(size, billing) * 3600) return size.monthly
  return Math.min(size.monthly, Math.max((size.hourly * billed) / 3600, billing.minimum.amount))
}

const capHours = (size: Size, billing: Catalogue['billing']) => size.monthlyHours ?? billing.monthlyCapHours

/** The same over any time: one amount for each calendar month (UTC), since the cap starts anew with each. */
export function machineCostByMonth(size: Size, from: Date, to: Date, catalogue: Catalogue = digitalOcean) {
  const months: { month: string; seconds: number; amount: number }[] = []
  for (let start = from; start < to; ) {
    const next = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1))
    const end = next < to ? next : to
    const seconds = (end.getTime() - start.getTime()) / 1000
    months.push({ month: start.toISOString().slice(0, 7), seconds, amount: machineCost(size, seconds, catalogue) })
    start = end
  }
  return months
}

/** DigitalOcean counts 1 TB of transfer as 1,000 GiB. */
const gibPerTb = 1000

/**
 * Outbound transfer in a month that machines have included, in GiB: pooled over the team, earned by the time each
 * machine existed up to 672 hours. `null` where the allowance of a size is not known.
 */
export function transferAllowance(machines: readonly { size: Size; seconds: number }[]): number | null {
  const full = digitalOcean.billing.monthlyCapHours * 3600
  return machines.reduce<number | null>((sum, { size, seconds }) => {
    if (sum === null || size.transfer_tb === undefined) return null
    return sum + size.transfer_tb * gibPerTb * Math.min(1, seconds / full)
  }, 0)
}

/** USD for outbound transfer beyond the allowance, both in GiB. Inbound is free. */
export const transferCost = (usedGib: number, allowanceGib: number): number =>
  Math.max(0, usedGib - allowanceGib) * digitalOcean.items.get('bandwidth.overage')!.price
