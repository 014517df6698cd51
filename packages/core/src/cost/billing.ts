import { type Catalogue, digitalOcean, type Size } from './catalogue.ts'
import { type Rate, rateCost } from './rate.ts'

/**
 * How a machine is billed: by the second, at least 60 seconds or $0.01, whichever is more, and no more in a calendar
 * month than the monthly price, which is reached after 672 hours (GPU sizes: 744, that is never before the end of the
 * month). It is billed while it exists, powered off or not.
 * Rules of DigitalOcean since 2026-01-01; source and date are in the catalogue's `billing`.
 */
export const machineRate = (size: Size, { billing }: Catalogue = digitalOcean): MachineRate => ({
  item: `machine ${size.slug}`,
  hourly: size.hourly,
  monthly: size.monthly,
  monthlyHours: size.monthlyHours ?? billing.monthlyCapHours,
  minimum: { seconds: billing.minimum.seconds, amount: billing.minimum.amount },
})

type MachineRate = Rate & { hourly: number; monthly: number }

/** What one machine costs for the time it existed within a calendar month, in USD. */
export const machineCost = (size: Size, seconds: number, catalogue: Catalogue = digitalOcean): number =>
  rateCost(machineRate(size, catalogue), seconds)!

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
