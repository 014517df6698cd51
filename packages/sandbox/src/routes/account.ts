import type { Cloud } from '../cloud.ts'
import type { App } from '../http/validation.ts'

export function accountRoutes(app: App, cloud: Cloud): void {
  const uuid = accountUuid(cloud)
  app.get('/v2/account', async () => ({
    account: {
      droplet_limit: cloud.options.dropletLimit,
      floating_ip_limit: 100,
      reserved_ip_limit: 100,
      volume_limit: 10_000,
      email: 'sandbox@localhost.localdomain',
      name: 'Sandbox',
      uuid,
      email_verified: true,
      status: 'active',
      status_message: '',
      team: { uuid, name: 'Sandbox' },
    },
  }))
}

/** One account per data folder. */
function accountUuid(cloud: Cloud): string {
  const known = cloud.meta.get('account')
  if (known) return String(known.value)
  return String(cloud.meta.put({ id: 'account', value: crypto.randomUUID() }).value)
}
