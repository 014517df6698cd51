import type { Cloud } from '../cloud.ts'
import type { Action, Volume } from '../records/types.ts'
import type { Runner } from './actions.ts'
import { settle } from './background.ts'

export const volumeRunners: Readonly<Record<string, Runner>> = {
  'volume:attach_volume': change(async (cloud, volume, action) => {
    await cloud.backend.attachVolume(action.droplet!, volume.id)
    cloud.volumes.update(volume.id, { droplet: action.droplet! })
  }),
  'volume:detach_volume': change(async (cloud, volume, action) => {
    await cloud.backend.detachVolume(action.droplet!, volume.id)
    forgetDroplet(cloud, volume.id)
  }),
  'volume:resize': change(async (cloud, volume, { params }) => {
    cloud.volumes.update(volume.id, { sizeGb: Number(params.size_gigabytes) })
  }),
}

/** The volume is attached to nothing. */
export function forgetDroplet(cloud: Cloud, id: string): void {
  const volume = cloud.volumes.get(id)
  if (!volume) return
  const { droplet: _, ...detached } = volume
  cloud.volumes.put(detached)
}

function change(work: (cloud: Cloud, volume: Volume, action: Action) => Promise<void>): Runner {
  return async (cloud, action) => {
    await settle(cloud)
    const volume = cloud.volumes.get(action.resource)
    if (volume) await work(cloud, volume, action)
  }
}
