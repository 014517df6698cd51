import { z } from 'zod'

const positive = z.number().positive('a number above 0')

/** What a machine or a database node must have; the cheapest size that has it is taken. */
export const sizeByNeed = z.strictObject({
  vcpus: positive.describe('At least so many virtual processors.'),
  memory_gb: positive.describe('At least so much memory, in GiB.'),
  disk_gb: positive.optional().describe('At least so much disk, in GiB.'),
})

/** An operating system by its name; the newest version where none is said. */
export const imageByNeed = z.strictObject({
  distribution: z.string().min(1).describe('Such as `ubuntu` or `debian`.'),
  version: z.string().min(1).optional().describe('Such as `24.04`; the newest that the cloud offers otherwise.'),
})

export type SizeNeed = z.output<typeof sizeByNeed>
export type ImageNeed = z.output<typeof imageByNeed>

export const isSizeNeed = (value: unknown): value is SizeNeed => sizeByNeed.safeParse(value).success
export const isImageNeed = (value: unknown): value is ImageNeed => imageByNeed.safeParse(value).success
