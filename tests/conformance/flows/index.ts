import type { Api } from '../api.ts'
import { account } from './account.ts'
import { billing } from './billing.ts'
import { catalogue } from './catalogue.ts'
import { databaseSettings } from './database-settings.ts'
import { databases } from './databases.ts'
import { domains } from './domains.ts'
import { dropletActions } from './droplet-actions.ts'
import { droplets } from './droplets.ts'
import { errors } from './errors.ts'
import { firewalls } from './firewalls.ts'
import { images } from './images.ts'
import { loadBalancers } from './load-balancers.ts'
import { monitoring } from './monitoring.ts'
import { projects } from './projects.ts'
import { reservedIps } from './reserved-ips.ts'
import { sshKeys } from './ssh-keys.ts'
import { tags } from './tags.ts'
import { volumes } from './volumes.ts'
import { vpcs } from './vpcs.ts'

/** Each noun walked through: what succeeds, and what the cloud refuses. */
export const flows: Readonly<Record<string, (api: Api) => Promise<void>>> = {
  account,
  catalogue,
  'ssh keys': sshKeys,
  vpcs,
  tags,
  droplets,
  'droplet actions': dropletActions,
  volumes,
  images,
  firewalls,
  'load balancers': loadBalancers,
  domains,
  'reserved IPs': reservedIps,
  projects,
  databases,
  'database settings': databaseSettings,
  monitoring,
  billing,
  errors,
}
