import type { Cloud } from '../cloud.ts'
import { unprocessable } from '../http/errors.ts'
import { parseCidr, toAddress, toNumber } from './cidr.ts'
import type { Vpc } from './types.ts'

/** All of 127.77.0.0/16 but the last addresses of each block, where other sandboxes may listen (see address-block.ts). */
const loopback = { first: toNumber('127.77.0.2'), last: toNumber('127.77.249.253') }

/** Where the search for a free address goes on, per pool: an address that was freed is not given out again at once. */
const cursors = new WeakMap<object, Map<string, number>>()

/** A free address of this computer for a droplet, load balancer or reserved IP. @throws ApiError 422 when all are taken */
export function freeAddress(cloud: Cloud): string {
  const taken = (address: string) => /\.(0|1|254|255)$/.test(address) || addressTaken(cloud, address)
  const start = toNumber(`127.77.${cloud.options.addressBlock}.2`)
  return next(cloud, 'loopback', { ...loopback, start }, taken)
}

function addressTaken(cloud: Cloud, address: string): boolean {
  const holders = [cloud.droplets, cloud.loadBalancers, cloud.databases]
  return (
    holders.some((records) => records.count('address', address) > 0) || cloud.reservedIps.get(address) !== undefined
  )
}

export function freePrivateAddress(cloud: Cloud, vpc: Vpc): string {
  const { first, count } = parseCidr(vpc.ipRange)!
  const taken = (address: string) => cloud.droplets.count('privateAddress', `${vpc.id} ${address}`) > 0
  return next(cloud, vpc.id, { first: first + 2, last: first + count - 2, start: first + 2 }, taken)
}

interface Pool {
  first: number
  last: number
  start: number
}

function next(cloud: Cloud, name: string, { first, last, start }: Pool, taken: (address: string) => boolean): string {
  const known = cursors.get(cloud) ?? new Map<string, number>()
  cursors.set(cloud, known)
  let candidate = known.get(name) ?? start
  for (let tries = first; tries <= last; tries++, candidate++) {
    if (candidate > last) candidate = first
    const address = toAddress(candidate)
    if (taken(address)) continue
    known.set(name, candidate + 1)
    return address
  }
  throw unprocessable(`all addresses of ${name} are taken`)
}
