import type { Runner } from './actions.ts'
import { settle } from './background.ts'

export const imageRunners: Readonly<Record<string, Runner>> = {
  'image:transfer': async (cloud, { resource, params }) => {
    await settle(cloud)
    const image = cloud.images.get(resource)
    if (image) cloud.images.update(image.id, { regions: [...new Set([...image.regions, String(params.region)])] })
  },
  'image:convert': async (cloud, { resource }) => {
    await settle(cloud)
    cloud.images.update(resource, { type: 'snapshot' })
  },
}
