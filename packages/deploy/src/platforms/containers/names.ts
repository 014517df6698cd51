import type { Fence } from '../../machine/fenced.ts'
import type { Slot } from '../../ports.ts'

/** Under a name that no registry has: these images are found on machines alone. */
const repository = (project: string, service: string): string => `localhost/atlas/${project}/${service}`

/** Of an image as it is recorded, whatever release it is of. `digest`: `sha256:…` of its manifest. */
export const imageOf = (project: string, service: string, digest: string): string =>
  `${repository(project, service)}:${digest.replace(':', '-')}`

/** The same image for people: by the release. */
export const releaseImageOf = (project: string, service: string, release: string): string =>
  `${repository(project, service)}:${release}`

/** In the lane's folder, and in names of containers. */
export const folderOf = ({ slot, service }: { slot: Slot; service: string }): string => `${slot}-${service}`

export const onceOf = ({ lane }: Fence, key: string): string => `atlas.${lane}.once-${key}`

export const containerOf = ({ lane }: Fence, instance: { slot: Slot; service: string }): string =>
  `atlas.${lane}.${folderOf(instance)}`
