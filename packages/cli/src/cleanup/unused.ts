import type { Infrastructure, Resource } from '@atlas/client'

/** A resource that Atlas made, that costs or stands around, and that nothing uses. */
export interface Unused {
  infrastructure: string
  type: string
  name: string
  why: string
  /** ISO 8601; null where no operation on record made it. */
  madeAt: string | null
  /** USD */
  monthly: number | null
}

const reasons: Readonly<Record<string, { isIdle(specifications: Resource['specifications']): boolean; why: string }>> =
  {
    volume: { isIdle: ({ machine }) => machine === undefined, why: 'attached to no machine' },
    reserved_ip: { isIdle: ({ machine }) => machine === undefined, why: 'leads to no machine' },
    ssh_key: { isIdle: () => true, why: 'no machine knows it' },
    snapshot: { isIdle: () => true, why: 'nothing was made from it' },
  }

/** What nothing else of its infrastructure refers to. Only what Atlas owns is looked at: nothing of others is ever named. */
export function unusedIn({ name: infrastructure, resources }: Infrastructure): Omit<Unused, 'madeAt'>[] {
  const referred = new Set(resources.flatMap(({ depends_on }) => depends_on))
  return resources.flatMap(({ type, name, specifications, monthly_cost: monthly }) => {
    const reason = reasons[type]
    if (!reason || referred.has(name) || !reason.isIdle(specifications)) return []
    return [{ infrastructure, type, name, why: reason.why, monthly }]
  })
}

/** Snapshots are made to be kept for a while. */
const snapshotDays = 30

/** @param days at least so old; of snapshots 30 where nothing is said */
export function isOld({ type, madeAt }: Unused, days: number | undefined, now: number): boolean {
  const least = days ?? (type === 'snapshot' ? snapshotDays : 0)
  if (least === 0) return true
  return madeAt !== null && now - Date.parse(madeAt) >= least * 86_400_000
}
