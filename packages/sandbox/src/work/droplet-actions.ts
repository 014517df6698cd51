import { type Cloud, nextId } from '../cloud.ts'
import { sizeOf } from '../data/catalogue.ts'
import type { Action, Droplet } from '../records/types.ts'
import type { Runner } from './actions.ts'
import { settle } from './background.ts'
import { findImage } from './images.ts'
import { diskSource, machineSize, machineSpec } from './machine.ts'

/** What each action does to its droplet. The droplet may be deleted at any moment: then what is left does nothing. */
export const dropletRunners: Readonly<Record<string, Runner>> = {
  'droplet:create': change(async (cloud, droplet, action) => {
    await settle(cloud)
    cloud.droplets.update(droplet.id, { networked: true })
    await cloud.backend.create(machineSpec(cloud, droplet))
    await cloud.firewallKeeper.guard(droplet)
    await cloud.backend.powerOn(droplet.id)
    await attachVolumes(cloud, droplet, action)
    await settle(cloud)
    cloud.droplets.update(droplet.id, { status: 'active' })
  }),
  'droplet:destroy': (cloud, { resource }) => cloud.backend.destroy(Number(resource)),
  'droplet:power_on': change(powerOn),
  'droplet:power_off': change((cloud, droplet) => powerOff(cloud, droplet, false)),
  'droplet:shutdown': change((cloud, droplet) => powerOff(cloud, droplet, true)),
  'droplet:reboot': change(async (cloud, droplet) => {
    await powerOff(cloud, droplet, true)
    await powerOn(cloud, droplet)
  }),
  'droplet:power_cycle': change(async (cloud, droplet) => {
    await powerOff(cloud, droplet, false)
    await powerOn(cloud, droplet)
  }),
  'droplet:rename': change(async (cloud, droplet, { params }) => {
    await settle(cloud)
    const name = String(params.name)
    await cloud.backend.rename(droplet.id, name)
    cloud.droplets.update(droplet.id, { name })
  }),
  'droplet:resize': change(async (cloud, droplet, { params }) => {
    await settle(cloud)
    const size = String(params.size)
    const diskGb = params.disk ? Math.max(droplet.diskGb, sizeOf(size)!.disk) : droplet.diskGb
    await cloud.backend.resize(droplet.id, machineSize({ size, diskGb }))
    cloud.droplets.update(droplet.id, { size, diskGb })
  }),
  'droplet:snapshot': change((cloud, droplet, action) => copyDisk(cloud, droplet, action, 'snapshot')),
  'droplet:backup': change((cloud, droplet, action) => copyDisk(cloud, droplet, action, 'backup')),
  'droplet:restore': change(replaceDisk),
  'droplet:rebuild': change(replaceDisk),
  'droplet:enable_backups': change(async (cloud, droplet, { params }) => {
    await settle(cloud)
    const policy = (params.backup_policy ?? { plan: 'weekly', weekday: 'SUN', hour: 0 }) as Droplet['backupPolicy']
    setFeature(cloud, droplet.id, 'backups', true, policy)
  }),
  'droplet:change_backup_policy': change(async (cloud, droplet, { params }) => {
    await settle(cloud)
    setFeature(cloud, droplet.id, 'backups', true, params.backup_policy as Droplet['backupPolicy'])
  }),
  'droplet:disable_backups': change(async (cloud, droplet) => {
    await settle(cloud)
    setFeature(cloud, droplet.id, 'backups', false)
  }),
  'droplet:enable_ipv6': change(async (cloud, droplet) => {
    await settle(cloud)
    const features = [...new Set([...droplet.features, 'ipv6'])]
    cloud.droplets.update(droplet.id, { features, ipv6: ipv6Of(droplet.id) })
  }),
  'droplet:password_reset': change(settle),
  'droplet:change_kernel': change(settle),
}

/** A documentation prefix (RFC 3849): an address that is certainly nobody's. */
export function ipv6Of(id: number): string {
  return `2001:db8:0:1010::${(id >>> 16).toString(16)}:${(id & 0xffff).toString(16)}`
}

/** The action's droplet as it is when its turn comes. */
function change(work: (cloud: Cloud, droplet: Droplet, action: Action) => Promise<void>): Runner {
  return async (cloud, action) => {
    const droplet = cloud.droplets.get(action.resource)
    if (droplet) await work(cloud, droplet, action)
  }
}

async function attachVolumes(cloud: Cloud, droplet: Droplet, { params }: Action): Promise<void> {
  for (const id of params.volumes as string[]) {
    await cloud.backend.attachVolume(droplet.id, id)
    cloud.volumes.update(id, { droplet: droplet.id })
  }
}

async function powerOn(cloud: Cloud, { id }: Droplet): Promise<void> {
  await settle(cloud)
  await cloud.backend.powerOn(id)
  cloud.droplets.update(id, { status: 'active' })
}

async function powerOff(cloud: Cloud, { id }: Droplet, graceful: boolean): Promise<void> {
  await settle(cloud)
  await cloud.backend.powerOff(id, { graceful })
  cloud.droplets.update(id, { status: 'off' })
}

async function copyDisk(cloud: Cloud, droplet: Droplet, action: Action, type: 'snapshot' | 'backup'): Promise<void> {
  await settle(cloud)
  // The action's number makes a repeated run find the image of the first one.
  const repeated = cloud.images.by('droplet', droplet.id).find((image) => image.createdAt === action.startedAt)
  if (repeated) return
  const id = nextId(cloud, 'image')
  const { bytes } = await cloud.backend.snapshot(droplet.id, String(id))
  cloud.images.put({
    id,
    name: String(action.params.name ?? `${droplet.name}-${action.startedAt}`),
    distribution: findImage(cloud, droplet.image)?.distribution ?? 'Unknown',
    type,
    public: false,
    regions: [droplet.region],
    description: '',
    tags: [],
    status: 'available',
    minDiskGb: droplet.diskGb,
    sizeBytes: bytes,
    droplet: droplet.id,
    createdAt: action.startedAt,
  })
}

async function replaceDisk(cloud: Cloud, droplet: Droplet, { params }: Action): Promise<void> {
  await settle(cloud)
  const image = findImage(cloud, params.image as number | string)!
  await cloud.backend.replaceDisk(droplet.id, diskSource(cloud, image.id))
  cloud.droplets.update(droplet.id, { image: image.id, status: 'off' })
  await powerOn(cloud, droplet)
}

function setFeature(cloud: Cloud, id: number, name: string, on: boolean, policy?: Droplet['backupPolicy']): void {
  const droplet = cloud.droplets.get(id)
  if (!droplet) return
  const { backupPolicy: _, ...rest } = droplet
  const features = on ? [...new Set([...rest.features, name])] : rest.features.filter((other) => other !== name)
  cloud.droplets.put({ ...rest, features, ...(policy && { backupPolicy: policy }) })
}
