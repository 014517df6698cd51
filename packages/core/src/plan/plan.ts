import { createHash } from 'node:crypto'
import { cents, sum } from '../cost/estimate.ts'
import { AtlasError } from '../errors.ts'
import { identityHash } from '../identity.ts'
import { canonicalPieces, type Json, type JsonObject } from '../json.ts'
import { neededBy } from '../spec/references.ts'
import type { StepDraft } from './draft.ts'
import { decide, driverOf, type Fate } from './fate.ts'
import type { PlanInput } from './input.ts'
import { type Priced, priced, totals } from './price.ts'
import { cut } from './steps.ts'
import type { Plan, ResourcePlan, Step } from './types.ts'
import { entries } from './world.ts'

/**
 * The exact change that brings a description about, or undoes one. Pure: the same input gives the same plan and hash.
 * @throws AtlasError spec_invalid with everything the drivers refuse.
 */
export function plan(input: PlanInput): Plan {
  const fates = decide(input, entries(input))
  const { drafts, byName, warnings } = cut(input, fates)
  const numbers = new Map(drafts.map((draft, n) => [draft, n]))
  const steps = drafts.map((draft) => stepOf(input, draft, numbers))
  const decided = [...fates.values()]
  const prices = decided.map((fate) => priced(input, fate))
  const { name, provider, region } = input.description
  const unhashed: Omit<Plan, 'hash'> = {
    format: 1,
    workspace: input.workspace,
    infrastructure: name,
    provider,
    account: input.account,
    region,
    kind: input.kind,
    ...(input.undoes === undefined ? {} : { undoes: input.undoes }),
    revision: input.revision,
    description: descriptionOf(input),
    resources: decided.map((fate, n) => {
      const own = byName.get(fate.entry.name)?.map((draft) => numbers.get(draft)!) ?? []
      return resourceOf(fate, own, prices[n]!)
    }),
    steps,
    price: totals(input, decided, prices),
    consentNeeded: consentNeeded(steps),
    warnings: [...(input.notes ?? []), ...warnings, ...decided.flatMap((fate) => warningsOf(input, fate))],
  }
  return { ...unhashed, hash: hashOf(unhashed) }
}

const descriptionOf = ({ kind, description }: PlanInput): JsonObject => {
  const whole = kind === 'destroy' || kind === 'release' ? { ...description, resources: [] } : description
  return whole as unknown as JsonObject
}

/** SHA-256 over the canonical JSON of a plan without its hash. */
export function hashOf(unhashed: Omit<Plan, 'hash'>): string {
  const hash = createHash('sha256')
  for (const piece of canonicalPieces(unhashed as unknown as Json)) hash.update(piece)
  return hash.digest('hex')
}

function stepOf(input: PlanInput, draft: StepDraft, numbers: ReadonlyMap<StepDraft, number>): Step {
  const { after, monthly, ...rest } = draft
  const { workspace, description } = input
  return {
    n: numbers.get(draft)!,
    ...rest,
    identity: identityHash({
      workspace,
      infrastructure: description.name,
      resource: draft.resource,
      generation: draft.generation,
    }),
    monthly: monthly === null ? null : cents(monthly),
    dependsOn: [...after].map((before) => numbers.get(before)!).toSorted((a, b) => a - b),
    needs: neededBy(draft.specifications),
  }
}

function resourceOf(fate: Fate, steps: number[], { before, after }: Priced): ResourcePlan {
  const { entry, change } = fate
  return {
    resource: entry.name,
    type: (entry.wanted ?? entry.current?.owned ?? entry.gone[0])!.type,
    ...tellOf(fate),
    ...(change === undefined ? {} : { change }),
    steps,
    monthlyBefore: sum(before),
    monthlyAfter: sum(after),
  }
}

/** An older life that is still there is part of a replacement, also where nothing else is to be done. */
function tellOf({ entry, action, reason }: Fate): Pick<ResourcePlan, 'action' | 'reason'> {
  if (entry.leftovers.length === 0) return { action, reason }
  const left = `the replacement of ${entry.name} was interrupted: its predecessor is still there`
  return action === 'unchanged' ? { action: 'replace', reason: left } : { action, reason: `${reason}; ${left}` }
}

function consentNeeded(steps: readonly Step[]): Plan['consentNeeded'] {
  const whys = new Map<string, string>()
  for (const { resource, risk } of steps) if (risk.dataLoss) whys.set(resource, risk.dataLoss)
  return [...whys].map(([resource, why]) => ({ resource, why }))
}

function warningsOf(input: PlanInput, { entry, action }: Fate): string[] {
  const { name, current, wanted } = entry
  const warnings: string[] = []
  if (current?.observed.phase === 'pending') warnings.push(`${name} is not ready yet: the cloud is still working on it`)
  const holds = wanted && driverOf(input, wanted.type).holdsData(wanted.specifications)
  if (input.kind === 'rollback' && holds && (action === 'create' || action === 'replace'))
    warnings.push(`${name} is made again, but what was in it is not back: ${holds}`)
  return warnings
}

/**
 * @param consent names of resources whose data may be lost
 * @throws AtlasError consent_required naming each resource, what would be lost, and what to type
 */
export function checkConsent(planned: Pick<Plan, 'consentNeeded'>, consent: readonly string[]): void {
  const missing = planned.consentNeeded.filter(({ resource }) => !consent.includes(resource))
  if (missing.length === 0) return
  const names = missing.map(({ resource }) => resource)
  const told = missing.map(({ resource, why }) => `${resource} (${why})`).join(', ')
  throw new AtlasError('consent_required', `Data would be lost: ${told}.`, {
    problems: missing.map(({ resource, why }) => ({
      where: resource,
      message: `${why} would be lost`,
      expected: `"${resource}" in consent`,
      hint: `--consent ${resource}`,
    })),
    hint: `If that is meant, add ${names.map((name) => `--consent ${name}`).join(' ')}`,
  })
}
