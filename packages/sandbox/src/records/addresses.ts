import { randomInt } from 'node:crypto'
import type { Cloud } from '../cloud.ts'
import { unprocessable } from '../http/errors.ts'
import { parseCidr, toAddress, toNumber } from './cidr.ts'
import type { Vpc } from './types.ts'

const loopback = { first: toNumber('127.77.0.2'), last: toNumber('127.77.254.254') }

/** Where the search for a free address goes on, per pool: an address that was freed is not given out again at once. */
const cursors = new WeakMap<object, Map<string, number>>()

/** A free address of this computer for a droplet, load balancer or reserved IP. @throws ApiError 422 when all are taken */
export function freeAddress(cloud: Cloud): string {
  const { first, last } = loopback
  return next(cloud, 'loopback', first, last, (address) => addressTaken(cloud, address), ownStart(cloud))
}

/** Several sandboxes of one computer share its loopback network: each begins in a block of its own, drawn once. */
function ownStart(cloud: Cloud): number {
  const drawn = cloud.meta.get('addresses') ?? { id: 'addresses', value: toNumber(`127.77.${randomInt(0, 254)}.2`) }
  cloud.meta.put(drawn)
  return Number(drawn.value)
}

function addressTaken(cloud: Cloud, address: string): boolean {
  const { droplets, loadBalancers, reservedIps } = cloud
  const taken = droplets.count('address', address) + loadBalancers.count('address', address)
  return taken > 0 || reservedIps.get(address) !== undefined
}

export function freePrivateAddress(cloud: Cloud, vpc: Vpc): string {
  const { first, count } = parseCidr(vpc.ipRange)!
  const taken = (address: string) => cloud.droplets.count('privateAddress', `${vpc.id} ${address}`) > 0
  return next(cloud, vpc.id, first + 2, first + count - 2, taken)
}

function next(
  cloud: Cloud,
  pool: string,
  first: number,
  last: number,
  taken: (address: string) => boolean,
  start = first,
): string {
  const pools = cursors.get(cloud) ?? new Map<string, number>()
  cursors.set(cloud, pools)
  let candidate = pools.get(pool) ?? start
  for (let tries = first; tries <= last; tries++, candidate++) {
    if (candidate > last) candidate = first
    const address = toAddress(candidate)
    if (taken(address)) continue
    pools.set(pool, candidate + 1)
    return address
  }
  throw unprocessable(`all ${last - first + 1} addresses of ${pool} are taken`)
}
