import type { Cloud } from '../cloud.ts'
import type { AssociatedKind, DestroyedResource } from '../records/types.ts'
import { settle } from './background.ts'
import { destroyDroplet } from './droplets.ts'

/** Carries out the destruction that is written down for this droplet; what is gone already is left alone. */
export function destroyTogether(cloud: Cloud, id: number): void {
  cloud.background.start(`destruction:${id}`, async () => {
    await settle(cloud)
    const destruction = cloud.destructions.get(id)
    if (!destruction) return
    const now = cloud.clock.now()
    const droplet = cloud.droplets.get(id)
    if (droplet) destroyDroplet(cloud, droplet)
    const done = Object.entries(destruction.resources).map(([kind, resources]) => [
      kind,
      resources.map((resource): DestroyedResource => {
        destroy(cloud, kind as AssociatedKind, resource.id)
        return { ...resource, destroyedAt: resource.destroyedAt ?? now }
      }),
    ])
    const resources = Object.fromEntries(done) as typeof destruction.resources
    const ended = { ...destruction.droplet, destroyedAt: destruction.droplet.destroyedAt ?? now }
    cloud.destructions.put({ ...destruction, droplet: ended, resources, completedAt: now })
  })
}

function destroy(cloud: Cloud, kind: AssociatedKind, id: string): void {
  const erase = (work: () => Promise<void>) => cloud.background.start(`${kind}:${id}`, work)
  switch (kind) {
    case 'reserved_ips':
    case 'floating_ips':
      cloud.reservedIps.remove(id)
      break
    case 'volumes':
      cloud.volumes.remove(id)
      erase(() => cloud.backend.deleteVolume(id))
      break
    case 'snapshots':
      cloud.images.update(Number(id), { status: 'deleted' })
      erase(() => cloud.backend.deleteSnapshot(id))
      break
    case 'volume_snapshots':
      cloud.volumeSnapshots.remove(id)
      erase(() => cloud.backend.deleteSnapshot(id))
  }
}
