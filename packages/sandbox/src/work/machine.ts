import type { Cloud } from '../cloud.ts'
import { sizeOf } from '../data/catalogue.ts'
import type { DiskSource, MachineSpec } from '../machines/backend.ts'
import type { Droplet } from '../records/types.ts'
import { findImage } from './images.ts'

/** A droplet as the backend wants it. */
export function machineSpec(cloud: Cloud, droplet: Droplet): MachineSpec {
  return {
    id: droplet.id,
    name: droplet.name,
    address: droplet.address,
    privateAddress: droplet.privateAddress,
    vpcId: droplet.vpc,
    sshPort: cloud.options.sshPort,
    size: machineSize(droplet),
    disk: diskSource(cloud, droplet.image),
    authorizedKeys: droplet.authorizedKeys,
    ...(droplet.userData !== undefined && { userData: droplet.userData }),
    metadata: metadata(droplet),
  }
}

export function machineSize(droplet: Pick<Droplet, 'size' | 'diskGb'>): MachineSpec['size'] {
  const size = sizeOf(droplet.size)!
  return { vcpus: size.vcpus, memoryMb: size.memory, diskGb: droplet.diskGb }
}

/** A private image's disk is kept under its id; a public one is known by its slug. */
export function diskSource(cloud: Cloud, imageId: number): DiskSource {
  const image = findImage(cloud, imageId)
  return image?.slug ? { image: image.slug } : { snapshot: String(imageId) }
}

/** The document at /metadata/v1.json of a real droplet. */
function metadata(droplet: Droplet): Record<string, unknown> {
  const face = (type: string, address: string) => ({ type, ipv4: { ip_address: address, netmask: '255.255.0.0' } })
  return {
    droplet_id: droplet.id,
    hostname: droplet.name,
    public_keys: droplet.authorizedKeys,
    region: droplet.region,
    tags: droplet.tags,
    interfaces: { public: [face('public', droplet.address)], private: [face('private', droplet.privateAddress)] },
  }
}
