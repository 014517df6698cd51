import { createHash } from 'node:crypto'
import type { Json } from '@atlas/core'
import { type Api, bodyOf, type Schema } from './api.ts'
import { isMissing } from './errors.ts'
import { pages } from './pages.ts'

type Droplet = Schema['droplet']
type Told = Schema['droplet_backup_policy']
export type BackupPolicy = { [Key in 'plan' | 'weekday' | 'hour']?: Told[Key] | undefined }

const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const
const dayMs = 86_400_000
const tagPrefix = 'atlas-backups:'
/** So many policies are read one by one; more in pages of a listing of their own. */
const fewEnough = 10

export const hasBackups = (droplet: Droplet) => droplet.features.includes('backups')

/** `true` is weekly. */
export const policyOf = (backups: Json | BackupPolicy | undefined): BackupPolicy =>
  typeof backups === 'object' ? (backups as BackupPolicy) : backups === true ? { plan: 'weekly' } : {}

/** Only what was chosen, and no weekday for every day. */
export function backupPolicy(backups: Json | BackupPolicy | undefined) {
  const { plan, weekday, hour } = policyOf(backups)
  return {
    ...(plan && { plan }),
    ...(weekday && plan !== 'daily' && { weekday }),
    ...(hour !== undefined && { hour }),
  }
}

/** The same with a day where none was chosen: one that depends on the machine, so that a fleet spreads over the week. */
export function chosenPolicy(backups: Json | BackupPolicy, machine: string) {
  const day = createHash('sha256').update(machine).digest()[0]! % days.length
  return backupPolicy({ weekday: days[day], ...policyOf(backups) })
}

/** What the machine is tagged with when a policy is given to it: `atlas-backups:weekly-tue-8`. */
export const backupTag = ({ plan, weekday, hour }: BackupPolicy) =>
  [`${tagPrefix}${plan}`, weekday?.toLowerCase(), hour].filter((part) => part !== undefined).join('-')

export const backupTags = (tags: readonly string[]) => tags.filter((tag) => tag.startsWith(tagPrefix))

/**
 * Droplets come from listings without their policies: the plan is what we set last, according to the tag, as long as
 * the start of the next window fits it. `undefined` where it does not, or nothing tells. What somebody makes daily
 * instead of weekly at the same hour is noticed as soon as the next window is on another day than the tag's.
 */
export function policyTold(droplet: Pick<Droplet, 'tags' | 'next_backup_window'>, now = Date.now()) {
  const tags = backupTags(droplet.tags)
  const start = new Date(droplet.next_backup_window?.start ?? '')
  if (tags.length !== 1 || Number.isNaN(start.getTime())) return undefined
  const plan = tags[0]!.startsWith(`${tagPrefix}daily`) ? 'daily' : 'weekly'
  const told = backupPolicy({ plan, weekday: days[start.getUTCDay()], hour: start.getUTCHours() as Told['hour'] })
  if (plan === 'daily' && start.getTime() > now + dayMs) return undefined
  return [told, { ...told, hour: undefined }].some((one) => backupTag(one) === tags[0]) ? told : undefined
}

/** The policies of some machines, as the cloud has them: in as few calls as may be. */
export async function readPolicies(api: Api, ids: readonly number[], signal?: AbortSignal) {
  if (ids.length > fewEnough) return listPolicies(api, signal)
  const found = await Promise.all(ids.map(async (id) => [id, await readPolicy(api, id, signal)] as const))
  return new Map(found)
}

/** `undefined` where the machine has gone meanwhile. */
export async function readPolicy(api: Api, droplet_id: number, signal?: AbortSignal) {
  try {
    const params = { path: { droplet_id } }
    const { policy } = await bodyOf(api({ signal }).GET('/v2/droplets/{droplet_id}/backups/policy', { params }))
    return policy?.backup_policy
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

async function listPolicies(api: Api, signal?: AbortSignal) {
  const found = new Map<number, Told | undefined>()
  const records = pages(async (query) => {
    const answer = await bodyOf(api({ signal }).GET('/v2/droplets/backups/policies', { params: { query } }))
    return { items: Object.values(answer.policies ?? {}), total: answer.meta.total ?? 0 }
  })
  for await (const { droplet_id, backup_policy } of records) if (droplet_id) found.set(droplet_id, backup_policy)
  return found
}
