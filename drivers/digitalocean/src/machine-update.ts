import type { MutationContext, Observed, Resolved } from '@atlas/core'
import { type Api, bodyOf, type Schema, sent } from './api.ts'
import { type BackupPolicy, backupTag, backupTags, chosenPolicy, policyOf } from './backups.ts'
import { unlessBusy } from './errors.ts'
import { diskOf, machineChange } from './machine-change.ts'
import { swapTags, syncTags } from './tags.ts'

/** As the document describes them; the enum that it gives the types forgot change_backup_policy (August 2026). */
type Action =
  | { type: 'shutdown' | 'power_off' | 'power_on' | 'enable_ipv6' | 'disable_backups' }
  | { type: 'rename'; name: string }
  | { type: 'resize'; size: string; disk: boolean }
  | { type: 'enable_backups' | 'change_backup_policy'; backup_policy: Schema['droplet_backup_policy'] }

type Params = { path: { droplet_id: number } }

/** A machine that was asked so long ago to shut down, and still runs, is not going to. */
const patienceMs = 120_000

/**
 * A Droplet takes one action at a time, so one is started here and the next when it is done: for a new size off,
 * resize, on. Where it stands is always read from the machine, so a worker may die between any two.
 */
export async function changeMachine(api: Api, observed: Observed, want: Resolved, context: MutationContext) {
  const { id, live } = observed
  const params = { path: { droplet_id: Number(id) } }
  const act = (body: Action) =>
    unlessBusy(api(context).POST('/v2/droplets/{droplet_id}/actions', { params, body: body as never }))
  const change = machineChange(want, live)
  const changes = (field: string) => change.kind === 'update' && change.fields.some((one) => one.field === field)

  if (changes('/tags'))
    await syncTags(api, { type: 'droplet', id, tags: live.tags as string[] }, want.tags as string[], context)
  if (changes('/size')) {
    if (live.power === 'on') return act({ type: await wayOff(api, params, context.signal) })
    return act({ type: 'resize', size: String(want.size), disk: (diskOf(want.size) ?? 0) > Number(live.disk_gb) })
  }
  if (changes('/power')) return act({ type: 'power_on' })
  if (changes('/hostname')) return act({ type: 'rename', name: String(want.hostname) })
  if (changes('/ipv6')) return act({ type: 'enable_ipv6' })
  if (!changes('/backups')) return
  const policy =
    want.backups === false ? undefined : chosenPolicy({ ...policyOf(live.backups), ...policyOf(want.backups) }, id)
  await tagWith(policy, api, params, context)
  if (!policy) return act({ type: 'disable_backups' })
  await act({ type: live.backups === false ? 'enable_backups' : 'change_backup_policy', backup_policy: policy })
}

/** Done before the action: until that is confirmed the policy itself is read, so the tag cannot mislead meanwhile. */
async function tagWith(policy: BackupPolicy | undefined, api: Api, params: Params, context: MutationContext) {
  const { droplet } = await bodyOf(api({ signal: context.signal }).GET('/v2/droplets/{droplet_id}', { params }))
  const tags = backupTags(sent(droplet, 'the Droplet').tags)
  const tagged = { type: 'droplet', id: String(params.path.droplet_id), tags } as const
  await swapTags(api, tagged, policy ? [backupTag(policy)] : [], context)
}

/** Gently first; a system that did not listen is switched off. */
async function wayOff(api: Api, params: Params, signal: AbortSignal | undefined) {
  const { actions = [] } = await bodyOf(api({ signal }).GET('/v2/droplets/{droplet_id}/actions', { params }))
  const asked = actions.some(
    ({ type, started_at }) => type === 'shutdown' && Date.now() - Date.parse(started_at ?? '') < patienceMs,
  )
  return asked ? 'power_off' : 'shutdown'
}
