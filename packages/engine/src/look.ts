import { AtlasError, type Driver, type Observed, type ResourceType } from '@atlas/core'
import { type Billing, billingOf } from './billing.ts'
import { drift, type Finding } from './drift.ts'
import type { Beat } from './patrol.ts'
import { type Listings, list, live } from './refresh.ts'
import { readPatiently } from './retry.ts'

/** What was seen of a resource, and what that costs. */
export interface Seen extends Billing {
  observed: Observed
}

/** By `physicalId`; what is not there is gone. */
interface Sight {
  seen: ReadonlyMap<string, Seen>
  findings: readonly Finding[]
}

export const typesOf = ({ types, owned }: Beat): ResourceType[] => [...types, ...owned.map(({ type }) => type)]

/** Holds what is ours against the cloud, by listings that are at hand. */
export async function look(driver: Driver, beat: Beat, listings: Listings, signal: AbortSignal): Promise<Sight> {
  const seen = await live(driver, beat.owned, listings, signal)
  const findings = drift(driver, beat.owned, seen)
  return { seen: billed(driver, beat, seen, findings), findings }
}

/**
 * The same for one infrastructure by itself, now. Reads the cloud, writes nothing, and sweeps nothing.
 * @throws AtlasError `account_mismatch`, or the cloud's refusal; the signal's reason when it fires
 */
export async function lookNow(driver: Driver, beat: Beat, signal: AbortSignal): Promise<Sight> {
  const account = await readPatiently(() => driver.account(signal), signal)
  if (account !== beat.account)
    throw new AtlasError(
      'account_mismatch',
      `${beat.infrastructure} lives in ${beat.account}; the credential is for ${account}.`,
      {
        hint: `use the credential of ${beat.account}`,
      },
    )
  return look(driver, beat, await list(driver, beat.owner, typesOf(beat), signal), signal)
}

/** What somebody has resized costs what it is by now, not what it was made for. */
function billed(driver: Driver, beat: Beat, seen: ReadonlyMap<string, Observed>, findings: readonly Finding[]) {
  const fields = new Map(findings.map((finding) => [finding.resource, finding.fields]))
  return new Map(
    beat.owned.flatMap((one) => {
      const observed = seen.get(one.physicalId)
      if (!observed) return []
      return [[one.physicalId, { observed, ...billingOf(driver, one, observed, beat, fields.get(one.resource)) }]]
    }),
  )
}
