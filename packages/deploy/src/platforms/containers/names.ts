import type { Fence } from '../../machine/fenced.ts'
import type { Slot } from '../../ports.ts'
import type { ImageRegistry } from '../platform.ts'

/** Under a name that no registry has: these images are found on machines alone. */
const repository = (project: string, service: string): string => `localhost/atlas/${project}/${service}`

/** Of an image as it is recorded, whatever release it is of: `sha256:…` of its manifest, or that behind where a registry has it. */
export const imageOf = (project: string, service: string, image: string): string =>
  `${repository(project, service)}:${image.slice(image.indexOf('@') + 1).replace(':', '-')}`

/** Whether a registry has it. */
export const isInRegistry = (image: string): boolean => image.includes('@')

export const remoteOf = ({ host, prefix }: ImageRegistry, project: string, service: string): string =>
  [host, prefix, project, service].filter(Boolean).join('/').toLowerCase()

/** The same image for people: by the release. */
export const releaseImageOf = (project: string, service: string, release: string): string =>
  `${repository(project, service)}:${release}`

/** In the lane's folder, and in names of containers. */
export const folderOf = ({ slot, service }: { slot: Slot; service: string }): string => `${slot}-${service}`

export const onceOf = ({ lane }: Fence, key: string): string => `atlas.${lane}.once-${key}`

export const containerOf = ({ lane }: Fence, instance: { slot: Slot; service: string }): string =>
  `atlas.${lane}.${folderOf(instance)}`
