import type { Cloud } from '../cloud.ts'
import { unprocessable } from '../http/errors.ts'
import { overlap, parseCidr } from './cidr.ts'
import type { Vpc } from './types.ts'

/** A region's default VPC; the first thing that needs it makes it. */
export function defaultVpc(cloud: Cloud, region: string): Vpc {
  const known = cloud.vpcs.by('region', region).find((vpc) => vpc.default)
  if (known) return known
  const first = cloud.vpcs.count('region', region) === 0
  const name = first ? `default-${region}` : `default-${region}-${crypto.randomUUID().slice(0, 8)}`
  return addVpc(cloud, { name, description: '', region, ipRange: freeRange(cloud, 16), default: true })
}

export function addVpc(cloud: Cloud, vpc: Omit<Vpc, 'id' | 'createdAt'>): Vpc {
  return cloud.vpcs.put({ ...vpc, id: crypto.randomUUID(), createdAt: cloud.clock.now() })
}

export function overlapping(cloud: Cloud, ipRange: string): Vpc | undefined {
  const wanted = parseCidr(ipRange)!
  return [...cloud.vpcs.all()].find((vpc) => overlap(parseCidr(vpc.ipRange)!, wanted))
}

/**
 * Default VPCs are /16 (65,534 machines), others /20 (4,094) where no range is asked for. Both are taken from where
 * people seldom choose: 10.10.10.0/24 and the like stay free for them.
 */
const blocks = { 16: { from: 100, step: 256 }, 20: { from: 200, step: 16 } }

/** The first free range of this size within 10.0.0.0/8. @throws ApiError 422 when there is none */
export function freeRange(cloud: Cloud, prefix: 16 | 20 = 20): string {
  const { from, step } = blocks[prefix]
  for (let second = from; second < 256; second++)
    for (let third = 0; third < 256; third += step) {
      const range = `10.${second}.${third}.0/${prefix}`
      if (!overlapping(cloud, range)) return range
    }
  throw unprocessable(`no private network of size /${prefix} is left in your account`)
}
