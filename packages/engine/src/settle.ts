import { identityHash, type Observed, physicalName, type Resolved, type Step } from '@atlas/core'
import { type Context, identityOf } from './context.ts'
import type { Verdict } from './journal.ts'
import { gateMs } from './lease.ts'
import { backoff, pause } from './retry.ts'
import { spanEvent } from './spans.ts'

/**
 * Finds out what became of a create whose answer is not known, by reading, and makes what it made ours. What is found
 * is claimed at once; that there is nothing may be said no earlier than `notBefore` (`performance.now()` milliseconds),
 * because until then the request may still take effect or the listing may still lag.
 */
export async function settle(
  context: Context,
  step: Step,
  { notBefore, specifications, token }: { notBefore: number; specifications: Resolved; token?: string },
): Promise<Observed | undefined> {
  const { taken, at, stop, withoutSettle } = context
  at('settle.begun')
  spanEvent('settling')
  await taken.journal.note(step.n, 'step.settling', { resource: step.resource, type: step.type })
  context.uncertainUntil = Math.max(context.uncertainUntil ?? 0, performance.now())
  const until = withoutSettle ? 0 : notBefore

  for (let tries = 1; ; tries++) {
    const lookedAt = performance.now()
    for (const found of await unclaimed(context, step, specifications, token)) {
      at('settle.found')
      if (!(await taken.journal.claim(step.n, context.holding(step, found), { adopted: true, ready: false }))) continue
      context.row(step.n).made = { id: found.id, physicalId: found.physicalId }
      at('settle.adopted')
      spanEvent('adopted')
      // An older attempt turned up after all: the latest one is still unaccounted for, and the sweep has to wait for it.
      if (token && found.stamp?.token !== token) context.uncertainUntil = Math.max(context.uncertainUntil, notBefore)
      return found
    }
    if (lookedAt >= until) return undefined
    await pause(Math.min(backoff(tries), until - performance.now()), stop)
  }
}

/** When an attempt of a worker before us is past doubt: it may have passed its gate until just now. */
export const boundAfterTakeover = ({ takenAt, driver, timing }: Context): number =>
  takenAt + gateMs + driver.bounds.requestTimeoutMs + lateness(driver.bounds) + timing.marginMs

/** When an attempt of ours that has just ended without an answer is past doubt. */
export const boundAfterRequest = ({ driver, timing }: Context): number =>
  performance.now() + lateness(driver.bounds) + timing.marginMs

const lateness = (bounds: Context['driver']['bounds']) => bounds.lateEffectMs + bounds.listLagMs

/** What this step may have made, the latest attempt's first. */
async function unclaimed(
  context: Context,
  step: Step,
  specifications: Resolved,
  token: string | undefined,
): Promise<Observed[]> {
  const made = (await context.looks(step.type).listing()).filter(madeBy(context, step, specifications))
  if (made.length === 0) return []
  const verdicts = await context.taken.journal.verdicts(
    step.type,
    made.map((one) => one.physicalId),
  )
  const { reusesIds } = context.resource(step.type)
  const free = (verdict: Verdict | undefined) => verdict === undefined || (reusesIds && verdict === 'deleted')
  return made
    .filter((one) => free(verdicts.get(one.physicalId)))
    .sort((one, other) => Number(other.stamp?.token === token) - Number(one.stamp?.token === token))
}

function madeBy(context: Context, step: Step, specifications: Resolved): (found: Observed) => boolean {
  const resource = context.resource(step.type)
  const { taken } = context
  switch (resource.stamping) {
    case 'tags':
      return ({ stamp }) =>
        stamp?.operation === taken.operation && stamp.step === step.n && stamp.identity === step.identity
    case 'name': {
      const name = physicalName(identityOf(context, step))
      return (found) => found.name === name || found.stamp?.identity === identityHash(identityOf(context, step))
    }
    case 'none': {
      const before = new Set(context.row(step.n).before)
      const request = { specifications, region: taken.plan.region, name: step.resource }
      return (found) => !before.has(found.physicalId) && resource.matches?.(request, found) === true
    }
  }
}
