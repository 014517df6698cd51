import type { Problem } from '../errors.ts'
import { canonical, type Json } from '../json.ts'
import type { Plan, Step } from './types.ts'

/**
 * What is different between a plan that was looked at and the one that would be made now, for a person: steps that are
 * new, gone or other ones, prices, warnings, and what the plan starts from. Empty where both are the same.
 */
export function changedSince(before: Plan, now: Plan): Problem[] {
  return [
    ...changedSteps(before, now),
    ...told('account', 'the cloud account is another', before.account, now.account),
    ...told('price/after', 'the price is another (USD a month)', before.price.after, now.price.after),
    ...told('price/catalogueDate', 'prices are of another date', before.price.catalogueDate, now.price.catalogueDate),
    ...told('consentNeeded', 'other data would be lost', losses(before), losses(now)),
    ...told('warnings', 'the warnings are others', before.warnings, now.warnings),
    ...told('description', 'the description is another', before.description, now.description),
    ...told('placed', 'what is deployed there is another', before.placed, now.placed),
    ...told('revision', 'the infrastructure has been changed', before.revision, now.revision),
  ]
}

function changedSteps(before: Plan, now: Plan): Problem[] {
  const old = new Map(before.steps.map((step) => [words(step), step]))
  const next = new Map(now.steps.map((step) => [words(step), step]))
  const gone = before.steps.filter((step) => !next.has(words(step)))
  return [
    ...now.steps.flatMap((step) => stepProblem(old.get(words(step)), step)),
    ...gone.map((step) => ({ where: where(step), message: `${words(step)} is not needed any more` })),
  ]
}

function stepProblem(before: Step | undefined, now: Step): Problem[] {
  if (!before) return [{ where: where(now), message: `${words(now)} is new: ${now.reason}` }]
  const differing = (['fields', 'specifications', 'target', 'monthly', 'risk', 'gone', 'replaces'] as const).filter(
    (name) => text(before[name]) !== text(now[name]),
  )
  if (differing.length === 0) return []
  return [
    {
      where: where(now),
      message: `${words(now)} is another: ${differing.join(', ')}`,
      found: short(Object.fromEntries(differing.map((name) => [name, now[name] ?? null]))),
      expected: short(Object.fromEntries(differing.map((name) => [name, before[name] ?? null]))),
    },
  ]
}

function told(where: string, message: string, before: unknown, now: unknown): Problem[] {
  if (text(before) === text(now)) return []
  return [{ where, message, found: short(now), expected: short(before) }]
}

/** Also what two plans know a step by. */
const words = ({ action, resource, type }: Step) => `${action} ${type} ${resource}`
const where = ({ n }: Step) => `/steps/${n}`
const losses = ({ consentNeeded }: Plan) => consentNeeded.map(({ resource }) => resource)
const text = (value: unknown) => canonical((value ?? null) as Json)

const longest = 300
const short = (value: unknown): string => {
  const whole = text(value)
  return whole.length > longest ? `${whole.slice(0, longest)}…` : whole
}
