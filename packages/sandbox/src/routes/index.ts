import type { Cloud } from '../cloud.ts'
import type { App } from '../http/validation.ts'
import { accountRoutes } from './account.ts'
import { actionRoutes } from './actions.ts'
import { catalogueRoutes } from './catalogue.ts'
import { dropletActionRoutes } from './droplet-actions.ts'
import { dropletRoutes } from './droplets.ts'
import { firewallRoutes } from './firewalls.ts'
import { sshKeyRoutes } from './ssh-keys.ts'
import { tagRoutes } from './tags.ts'
import { vpcRoutes } from './vpcs.ts'

/** Every noun of the API: one line each. */
export const routes: readonly ((app: App, cloud: Cloud) => void)[] = [
  accountRoutes,
  actionRoutes,
  catalogueRoutes,
  dropletActionRoutes,
  dropletRoutes,
  firewallRoutes,
  sshKeyRoutes,
  tagRoutes,
  vpcRoutes,
]
