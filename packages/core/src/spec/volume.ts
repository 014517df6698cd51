import { z } from 'zod'
import { idOf, tags } from './values.ts'

/** Block storage that outlives the machine it is attached to. */
export const volume = z.strictObject({
  size_gb: z
    .int('a whole number of GiB from 1 to 16384')
    .min(1, 'at least 1 GiB')
    .max(16_384, 'at most 16384 GiB')
    .describe('GiB. Grows in place, never shrinks.'),
  filesystem: z
    .enum(['ext4', 'xfs'])
    .default('ext4')
    .describe('Formatted so at creation. Another replaces the volume.'),
  description: z.string().max(255).optional().describe('Free text. Read at creation only.'),
  machine: idOf('machine').optional().describe('The machine it is attached to, changed in place; none: detached.'),
  snapshot: idOf('snapshot').optional().describe('Made from this snapshot of a volume. Read at creation only.'),
  tags,
})
