import { createHash } from 'node:crypto'
import {
  type Change,
  type ChangeRules,
  difference,
  digitalOcean,
  type Json,
  type JsonObject,
  type Resolved,
} from '@atlas/core'
import { backupPolicy, policyOf } from './backups.ts'
import { tagSet } from './order.ts'

/** Pure. What a change of a machine's description means. */
export function machineChange(want: Resolved, live: JsonObject): Change {
  const rules: ChangeRules = {
    holds: 'everything on its disk',
    fields: {
      hostname: { anyWill: 'absent' },
      size: {
        replaces: (_, to) => tooSmall(to, Number(live.disk_gb)),
        risk: { downtime: `it is powered off for a few minutes${growth(want.size, Number(live.disk_gb))}` },
      },
      image: { replaces: 'another image needs another disk' },
      user_data: { replaces: 'user data is run at the first boot only' },
      vpc: { anyWill: 'absent', replaces: 'it cannot move to another private network' },
      ipv6: { replaces: (from) => (from === true ? 'a public IPv6 address cannot be taken away' : undefined) },
      ssh_keys: { anyWill: 'always' },
      monitoring: { anyWill: 'always' },
      disk_gb: { anyWill: 'always' },
    },
  }
  return difference(rules, comparable(want, live), { ...live, tags: tagSet(live.tags) })
}

/** The description in the form in which `live` is kept. */
const comparable = (want: Resolved, live: JsonObject): JsonObject => ({
  ...want,
  power: 'on',
  tags: tagSet(want.tags),
  backups: want.backups === false ? false : backupPolicy({ ...policyOf(live.backups), ...policyOf(want.backups) }),
  ...(typeof want.user_data === 'string' && { user_data: hashOf(want.user_data) }),
})

/** What stands for user data where it is compared: it may hold secrets, and the API does not tell it. */
export const hashOf = (userData: string) => createHash('sha256').update(userData).digest('hex').slice(0, 16)

/** Whole GB that a size comes with; `undefined` for one that the catalogue does not know. */
export const diskOf = (size: Json | undefined) => digitalOcean.sizes.get(String(size))?.disk_gb

function tooSmall(size: Json | undefined, diskGb: number): string | undefined {
  const disk = diskOf(size)
  return disk !== undefined && disk < diskGb ? `its disk of ${diskGb} GB does not fit ${size}` : undefined
}

function growth(size: Json | undefined, diskGb: number): string {
  const disk = diskOf(size) ?? 0
  return disk > diskGb
    ? `; its disk grows to ${disk} GB for good, so that a smaller size then means another machine`
    : ''
}
