import type { Cloud } from '../cloud.ts'
import type { App } from '../http/validation.ts'
import { accountRoutes } from './account.ts'
import { actionRoutes } from './actions.ts'
import { backupPolicyRoutes } from './backup-policies.ts'
import { billingRoutes } from './billing.ts'
import { catalogueRoutes } from './catalogue.ts'
import { databaseFirewallRoutes } from './database-firewall.ts'
import { databasePoolRoutes } from './database-pools.ts'
import { databaseReplicaRoutes } from './database-replicas.ts'
import { databaseSettingRoutes } from './database-settings.ts'
import { databaseUserRoutes } from './database-users.ts'
import { databaseRoutes } from './databases.ts'
import { domainRoutes } from './domains.ts'
import { dropletActionRoutes } from './droplet-actions.ts'
import { dropletDestructionRoutes } from './droplet-destruction.ts'
import { dropletRoutes } from './droplets.ts'
import { firewallRoutes } from './firewalls.ts'
import { imageRoutes } from './images.ts'
import { loadBalancerRoutes } from './load-balancers.ts'
import { monitoringRoutes } from './monitoring.ts'
import { projectRoutes } from './projects.ts'
import { reservedIpRoutes } from './reserved-ips.ts'
import { snapshotRoutes } from './snapshots.ts'
import { sshKeyRoutes } from './ssh-keys.ts'
import { tagRoutes } from './tags.ts'
import { volumeActionRoutes } from './volume-actions.ts'
import { volumeRoutes } from './volumes.ts'
import { vpcPeeringRoutes } from './vpc-peerings.ts'
import { vpcRoutes } from './vpcs.ts'

/** Every noun of the API: one line each. */
export const routes: readonly ((app: App, cloud: Cloud) => void)[] = [
  accountRoutes,
  actionRoutes,
  backupPolicyRoutes,
  catalogueRoutes,
  dropletActionRoutes,
  dropletRoutes,
  firewallRoutes,
  sshKeyRoutes,
  tagRoutes,
  databaseFirewallRoutes,
  databasePoolRoutes,
  databaseReplicaRoutes,
  databaseSettingRoutes,
  databaseUserRoutes,
  databaseRoutes,
  domainRoutes,
  imageRoutes,
  loadBalancerRoutes,
  projectRoutes,
  reservedIpRoutes,
  snapshotRoutes,
  volumeActionRoutes,
  volumeRoutes,
  billingRoutes,
  dropletDestructionRoutes,
  monitoringRoutes,
  vpcPeeringRoutes,
  vpcRoutes,
]
