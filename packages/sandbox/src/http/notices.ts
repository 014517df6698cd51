import type { Effects } from '../machines/backend.ts'

/** What a promise of the cloud means where it is not kept. */
const missing: Readonly<Record<keyof Effects, string>> = {
  ssh: 'droplets are records only: no machine runs and no SSH answers',
  firewall: 'firewalls are records only: every port of a droplet is open to this computer',
  privateNetwork: 'private addresses are records only: droplets reach each other at their public ones',
  ownPorts: 'droplets share the ports of this computer: two that bind 0.0.0.0 on the same port collide',
  cpuAndMemoryLimits: 'sizes limit neither CPU nor memory',
}

/** What holds with no backend, by the path it concerns. */
const never: Readonly<Record<string, string>> = {
  '/v2/reserved_ips': 'reserved IPs are records only: traffic to them reaches no droplet',
  '/v2/floating_ips': 'floating IPs are records only: traffic to them reaches no droplet',
  '/v2/domains': 'domains are records only: no name server answers for them',
  '/v2/monitoring': 'alert policies are records only: nothing is measured',
  '/v2/images': 'custom images are records only: the url is not fetched',
}

const needs: Readonly<Record<string, keyof Effects>> = {
  '/v2/droplets': 'ssh',
  '/v2/volumes': 'ssh',
  '/v2/load_balancers': 'ssh',
  '/v2/firewalls': 'firewall',
  '/v2/vpcs': 'privateNetwork',
  '/v2/vpc_peerings': 'privateNetwork',
}

export const inWords = (effect: keyof Effects): string => missing[effect]

/** Everything that does not hold here, in words. */
export function notInEffect(effects: Effects): string[] {
  const absent = Object.entries(effects).flatMap(([effect, holds]) => (holds ? [] : [missing[effect as keyof Effects]]))
  return [...absent, ...new Set(Object.values(never))]
}

/** What a change at this path does not do here; told in a header, where no client stumbles over it. */
export function noticeFor(path: string, effects: Effects): string | undefined {
  const noun = path.split('/').slice(0, 3).join('/')
  const need = needs[noun]
  return need && !effects[need] ? missing[need] : never[noun]
}
