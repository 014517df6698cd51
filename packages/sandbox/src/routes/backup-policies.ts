import type { Cloud } from '../cloud.ts'
import { page } from '../http/page.ts'
import type { App } from '../http/validation.ts'
import type { Droplet } from '../records/types.ts'
import { nextBackupWindow } from '../shapes/droplet.ts'
import { dropletOf } from './droplet-request.ts'

const hours = [0, 4, 8, 12, 16, 20]
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const retentionDays = { weekly: 28, daily: 7 } as const
const windowHours = 4

export function backupPolicyRoutes(app: App, cloud: Cloud): void {
  app.get('/v2/droplets/backups/supported_policies', async () => ({
    supported_policies: Object.entries(retentionDays).map(([name, days]) => ({
      name,
      possible_window_starts: hours,
      window_length_hours: windowHours,
      retention_period_days: days,
      possible_days: name === 'weekly' ? weekdays : [],
    })),
  }))

  app.get('/v2/droplets/backups/policies', async (request) => {
    const backedUp = [...cloud.droplets.all()].filter(({ backupPolicy }) => backupPolicy)
    const { policies, ...rest } = page(request, 'policies', backedUp, (droplet) => droplet)
    const shapes = (policies as Droplet[]).map((droplet) => [droplet.id, shape(droplet, cloud.clock.now())])
    return { policies: Object.fromEntries(shapes), ...rest }
  })

  app.get('/v2/droplets/:droplet_id/backups/policy', async (request) => ({
    policy: shape(dropletOf(cloud, request), cloud.clock.now()),
  }))
}

function shape(droplet: Droplet, now: number) {
  const { id, backupPolicy: policy } = droplet
  if (!policy) return { droplet_id: id, backup_enabled: false }
  return {
    droplet_id: id,
    backup_enabled: true,
    backup_policy: {
      ...policy,
      window_length_hours: windowHours,
      retention_period_days: retentionDays[policy.plan],
    },
    next_backup_window: nextBackupWindow(droplet, now),
  }
}
