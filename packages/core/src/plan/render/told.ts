import type { Plan, ResourcePlan } from '../types.ts'
import type { Work } from '../work.ts'
import { heading, moneyOf, priceLines, reasonOf, risksOf, summary, symbols, workSummary } from './words.ts'

/** What is said of one resource that changes. */
export interface Row {
  action: ResourcePlan['action'] | 'work'
  symbol: string
  type: string
  name: string
  money: string
  reason: string
  risks: string[]
}

/** All that a plan tells a person, whatever it is rendered as. What does not apply is an empty list. */
export interface Told {
  heading: string
  /** Resources that change; the others are only counted. */
  rows: Row[]
  summary: string
  prices: string[]
  unpriced: string[]
  warnings: string[]
  /** What would be lost, and what to type where that is meant. */
  consent: { why: string; flag: string }[]
}

export function told(given: Plan): Told {
  const plan = harmless(given)
  const { unpriced } = plan.price
  const names = plan.consentNeeded.map(({ resource }) => resource)
  return {
    heading: heading(plan),
    rows: [
      ...plan.resources.filter(({ action }) => action !== 'unchanged').map((resource) => rowOf(plan, resource)),
      ...(plan.work ?? []).filter(({ phase }) => phase !== 'withdraw').map(workRow),
    ],
    summary: [summary(plan), plan.work?.length ? workSummary(plan.work) : ''].filter(Boolean).join(', '),
    prices: priceLines(plan),
    unpriced: unpriced.length > 0 ? [`Without a known price: ${unpriced.join(', ')}`] : [],
    warnings: plan.warnings,
    consent:
      names.length > 0 ? [{ why: 'Data would be lost. If that is meant:', flag: `--consent ${names.join(',')}` }] : [],
  }
}

const rowOf = (plan: Plan, resource: ResourcePlan): Row => ({
  action: resource.action,
  symbol: symbols[resource.action],
  type: resource.type,
  name: resource.resource,
  money: moneyOf(resource),
  reason: reasonOf(plan, resource),
  risks: risksOf(plan, resource),
})

const workRow = ({ action, resource, reason }: Work): Row => ({
  action: 'work',
  symbol: '→',
  type: action,
  name: resource,
  money: '',
  reason,
  risks: [],
})

/** Part of a plan's text comes from the cloud: what a control character would do to a terminal is not its to decide. */
function harmless(plan: Plan): Plan {
  const { resources, warnings, steps, work, ...rest } = plan
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that it takes out
  const control = /[\u0000-\u001f\u007f-\u009f]/g
  const clean = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value), (_, part) => (typeof part === 'string' ? part.replace(control, '�') : part))
  const risks = steps.map((step) => ({ ...step, risk: clean(step.risk) }))
  return {
    ...rest,
    steps: risks,
    ...(work && { work: clean(work) }),
    resources: clean(resources),
    warnings: clean(warnings),
  }
}
