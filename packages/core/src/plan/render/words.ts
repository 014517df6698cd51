import { transferSentence } from '../../cost/transfer-words.ts'
import type { Plan, ResourcePlan } from '../types.ts'
import type { Deployment, Work } from '../work.ts'

/** The words, symbols and numbers of a plan: the same in every rendering. */

export const symbols: Record<ResourcePlan['action'], string> = {
  create: '+',
  update: '~',
  replace: '±',
  delete: '-',
  forget: '×',
  adopt: '»',
  release: '«',
  unchanged: ' ',
}

const verbs: Record<ResourcePlan['action'], string> = {
  create: 'to create',
  update: 'to update',
  replace: 'to replace',
  delete: 'to delete',
  forget: 'to forget',
  adopt: 'to import',
  release: 'to release',
  unchanged: 'unchanged',
}

/** `$24.00`, with a sign where it is a change: `+$24.00`, `-$6.00`. */
export function dollars(usd: number, signed = false): string {
  const sign = usd < 0 ? '-' : signed && usd > 0 ? '+' : ''
  return `${sign}$${Math.abs(usd).toFixed(2)}`
}

/** What a resource's line says of money: its change, `free`, or that a price is not known. */
export function moneyOf({ action, monthlyBefore, monthlyAfter }: ResourcePlan): string {
  if (action === 'forget' || action === 'release') return ''
  if (monthlyBefore === null || monthlyAfter === null) return 'no price'
  if (monthlyBefore === 0 && monthlyAfter === 0) return 'free'
  return monthlyAfter === monthlyBefore ? '' : dollars(monthlyAfter - monthlyBefore, true)
}

/** `2 to create, 1 to delete, 4 unchanged` */
export function summary({ resources }: Plan): string {
  const counts = Map.groupBy(resources, ({ action }) => action)
  const parts = Object.entries(verbs).flatMap(([action, verb]) => {
    const count = counts.get(action as ResourcePlan['action'])?.length
    return count ? [`${count} ${verb}`] : []
  })
  return parts.join(', ')
}

export function heading({ kind, infrastructure, provider, region, undoes, deployment }: Plan): string {
  if (deployment) return deploymentHeading(deployment, infrastructure)
  const what = {
    deploy: 'Plan to deploy on',
    apply: 'Plan for',
    destroy: 'Plan to destroy',
    repair: 'Plan to repair',
    import: 'Plan to import into',
    release: 'Plan to release',
    rollback: `Plan to undo operation ${undoes} of`,
  }
  return `${what[kind]} ${infrastructure} at ${provider}, ${region}`
}

function deploymentHeading({ kind, release, project, environment }: Deployment, infrastructure: string): string {
  const what = {
    deploy: 'Plan to deploy',
    promote: 'Plan to promote',
    rollback: 'Plan to go back to',
    redeploy: 'Plan to renew the secrets of',
    place: 'Plan to place',
  }[kind]
  return `${what} ${release} of ${project} in ${environment} on ${infrastructure}`
}

/** `12 steps to take, 4 more only where one fails` */
export function workSummary(work: readonly Work[]): string {
  const undoing = work.filter(({ phase }) => phase === 'withdraw').length
  const count = work.length - undoing
  return `${count} ${count === 1 ? 'step' : 'steps'} to take, ${undoing} more only where one fails`
}

/** What it costs then and against now, and where machines have transfer included, how much. No full stops. */
export function priceLines({ price }: Plan): string[] {
  const change = price.change === 0 ? 'as before' : `${dollars(price.change, true)} against now`
  const sum = `${dollars(price.after)} a month, ${change} (list prices of ${price.catalogueDate}, before tax)`
  return price.transfer.includedGb === 0 ? [sum] : [sum, transferSentence(price.transfer)]
}

/** Why, and for a replacement what comes first. */
export function reasonOf(plan: Plan, { reason, steps }: ResourcePlan): string {
  const order = steps.map((n) => plan.steps[n]?.replaces).find((half) => half !== undefined)
  if (!order) return reason
  return `${reason}; ${order === 'create-first' ? 'the new one is made' : 'the old one is deleted'} first`
}

/** What a reader must weigh: what is lost and what stops, each once. */
export function risksOf(plan: Plan, { steps }: ResourcePlan): string[] {
  const risks = steps.map((n) => plan.steps[n]!.risk)
  const losses = risks.flatMap(({ dataLoss }) => (dataLoss ? [`loses ${dataLoss}`] : []))
  return [...new Set([...losses, ...risks.flatMap(({ downtime }) => downtime ?? [])])]
}
