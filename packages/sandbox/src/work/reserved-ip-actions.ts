import type { Runner } from './actions.ts'
import { settle } from './background.ts'

const assign: Runner = async (cloud, { resource, params }) => {
  await settle(cloud)
  const droplet = Number(params.droplet_id)
  if (cloud.droplets.get(droplet)) cloud.reservedIps.update(resource, { droplet, locked: false })
}

const unassign: Runner = async (cloud, { resource }) => {
  await settle(cloud)
  const reserved = cloud.reservedIps.get(resource)
  if (!reserved) return
  const { droplet: _, ...free } = reserved
  cloud.reservedIps.put({ ...free, locked: false })
}

/** Under the address's present name and the one it had before. */
export const reservedIpRunners: Readonly<Record<string, Runner>> = {
  'reserved_ip:assign_ip': assign,
  'reserved_ip:unassign_ip': unassign,
  'floating_ip:assign_ip': assign,
  'floating_ip:unassign_ip': unassign,
}
