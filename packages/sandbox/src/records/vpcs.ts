import type { Cloud } from '../cloud.ts'
import { overlap, parseCidr } from './cidr.ts'
import type { Vpc } from './types.ts'

/** A region's default VPC; the first thing that needs it makes it. */
export function defaultVpc(cloud: Cloud, region: string): Vpc {
  const known = cloud.vpcs.by('region', region).find((vpc) => vpc.default)
  if (known) return known
  const first = cloud.vpcs.count('region', region) === 0
  const name = first ? `default-${region}` : `default-${region}-${crypto.randomUUID().slice(0, 8)}`
  return addVpc(cloud, { name, description: '', region, ipRange: freeRange(cloud), default: true })
}

export function addVpc(cloud: Cloud, vpc: Omit<Vpc, 'id' | 'createdAt'>): Vpc {
  return cloud.vpcs.put({ ...vpc, id: crypto.randomUUID(), createdAt: cloud.clock.now() })
}

export function overlapping(cloud: Cloud, ipRange: string): Vpc | undefined {
  const wanted = parseCidr(ipRange)!
  return [...cloud.vpcs.all()].find((vpc) => overlap(parseCidr(vpc.ipRange)!, wanted))
}

/** The first free /20 from 10.100.0.0 on: 4,094 machines. @throws RangeError when there is none. */
export function freeRange(cloud: Cloud): string {
  for (let second = 100; second < 256; second++)
    for (let third = 0; third < 256; third += 16) {
      const range = `10.${second}.${third}.0/20`
      if (!overlapping(cloud, range)) return range
    }
  throw new RangeError('no /20 is free between 10.100.0.0 and 10.255.255.255')
}
