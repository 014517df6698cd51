import type { Cloud } from '../cloud.ts'
import { nextId } from '../cloud.ts'
import { type Region, regionOf, type Size, sizeOf } from '../data/catalogue.ts'
import { notFound, unprocessable } from '../http/errors.ts'
import { freeAddress, freePrivateAddress } from '../records/addresses.ts'
import { useTags } from '../records/tags.ts'
import type { Action, Droplet, Image, Vpc } from '../records/types.ts'
import { defaultVpc } from '../records/vpcs.ts'
import type { DropletOptions } from '../routes/droplet-request.ts'
import { beginOn } from './actions.ts'
import { ipv6Of } from './droplet-actions.ts'
import { findImage } from './images.ts'
import { forgetTarget } from './load-balancers.ts'
import { forgetDroplet } from './volume-actions.ts'

/** Writes a new droplet down and starts its create action. @throws ApiError 422 before anything is written */
export function createDroplet(
  cloud: Cloud,
  name: string,
  wanted: DropletOptions,
): { droplet: Droplet; action: Action } {
  const { size, region, image, vpc, authorizedKeys } = resolve(cloud, wanted)
  const id = nextId(cloud, 'droplet')
  const policy = wanted.backups
    ? (wanted.backup_policy ?? { plan: 'weekly' as const, weekday: 'SUN', hour: 0 })
    : undefined
  const droplet = cloud.droplets.put({
    id,
    name,
    region: region.slug,
    size: size.slug,
    diskGb: size.disk,
    image: image.id,
    vpc: vpc.id,
    tags: useTags(cloud, wanted.tags),
    status: 'new',
    locked: true,
    features: featuresOf(wanted),
    address: freeAddress(cloud),
    privateAddress: freePrivateAddress(cloud, vpc),
    networked: false,
    publicNetworking: wanted.public_networking ?? true,
    authorizedKeys,
    createdAt: cloud.clock.now(),
    ...(wanted.ipv6 && { ipv6: ipv6Of(id) }),
    ...(wanted.user_data && { userData: wanted.user_data }),
    ...(policy && { backupPolicy: policy }),
  })
  const params = { volumes: wanted.volumes }
  const action = beginOn(cloud, droplet, 'create', params)
  return { droplet, action }
}

/** Gone from the API at once; what it ran and held ends behind it, after whatever is still being done to it. */
export function destroyDroplet(cloud: Cloud, { id, region }: Droplet): void {
  for (const volume of cloud.volumes.by('droplet', id)) forgetDroplet(cloud, volume.id)
  for (const { droplet: _, ...free } of cloud.reservedIps.by('droplet', id)) cloud.reservedIps.put(free)
  for (const firewall of cloud.firewalls.all())
    if (firewall.droplets.includes(id))
      cloud.firewalls.update(firewall.id, { droplets: firewall.droplets.filter((other) => other !== id) })
  forgetTarget(cloud, id)
  cloud.droplets.remove(id)
  beginOn(cloud, { id, region }, 'destroy')
}

function resolve(cloud: Cloud, wanted: DropletOptions) {
  const size = sizeOf(wanted.size)
  if (!size) throw unprocessable('You specified an invalid size for Droplet creation.')
  const image = findImage(cloud, wanted.image)
  if (image?.status !== 'available') throw unprocessable('You specified an invalid image for Droplet creation.')
  const named = wanted.vpc_uuid ? cloud.vpcs.get(wanted.vpc_uuid) : undefined
  if (wanted.vpc_uuid && !named) throw notFound('VPC not found')
  const region = regionFor(wanted, size, image, named)
  refuseVolumes(cloud, wanted, region)
  return { size, image, region, vpc: named ?? defaultVpc(cloud, region.slug), authorizedKeys: keysFor(cloud, wanted) }
}

function regionFor(wanted: DropletOptions, size: Size, image: Image, vpc: Vpc | undefined): Region {
  const region = regionOf(wanted.region || (vpc?.region ?? size.regions[0]!))
  if (!region) throw unprocessable('You specified an invalid region for Droplet creation.')
  if (!region.available) throw unprocessable('Region is not available')
  if (!region.sizes.includes(size.slug)) throw unprocessable('Size is not available in this region.')
  if (!image.public && !image.regions.includes(region.slug))
    throw unprocessable('Image is not available in this region.')
  if (image.minDiskGb > size.disk)
    throw unprocessable('Droplet size is too small: the image needs a disk of its own size at least.')
  if (vpc && vpc.region !== region.slug) throw unprocessable('The VPC is in another region than the Droplet.')
  return region
}

function refuseVolumes(cloud: Cloud, { volumes }: DropletOptions, region: Region): void {
  for (const id of volumes) {
    const volume = cloud.volumes.get(id)
    if (!volume) throw unprocessable(`Volume ${id} was not found.`)
    if (volume.region !== region.slug) throw unprocessable('Droplet and volume are in different regions.')
    if (volume.droplet !== undefined) throw unprocessable('storage volume is already attached to a droplet')
  }
}

function keysFor(cloud: Cloud, { ssh_keys }: DropletOptions): string[] {
  const find = (key: string | number) => cloud.keys.get(Number(key)) ?? cloud.keys.first('fingerprint', String(key))
  const unknown = ssh_keys.filter((key) => !find(key))
  if (unknown.length) throw unprocessable(`${unknown.join(', ')} are invalid key identifiers for Droplet creation.`)
  return ssh_keys.map((key) => find(key)!.publicKey)
}

function featuresOf(wanted: DropletOptions): string[] {
  const on = {
    backups: wanted.backups,
    ipv6: wanted.ipv6,
    monitoring: wanted.monitoring,
    droplet_agent: wanted.with_droplet_agent ?? true,
    private_networking: true,
  }
  return Object.entries(on).flatMap(([name, value]) => (value ? [name] : []))
}
