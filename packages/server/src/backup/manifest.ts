import { createHash } from 'node:crypto'
import { z } from 'zod'

const part = z.object({ name: z.string(), bytes: z.number(), sha256: z.string() })

/** Says at the end of a backup what was in it: what it does not confirm is not restored. */
export const manifest = z.object({
  version: z.string(),
  migrations: z.array(z.string()),
  sequences: z.array(z.object({ name: z.string(), last: z.string().nullable() })),
  tables: z.array(part),
  files: z.array(part),
})

export type Manifest = z.infer<typeof manifest>
export type Part = z.infer<typeof part>

/** Weighs what passes: how many bytes, and their digest. */
export function weigher(name: string): { add(data: Buffer): void; weighed(): Part } {
  const hash = createHash('sha256')
  let bytes = 0
  return {
    add(data) {
      hash.update(data)
      bytes += data.length
    },
    weighed: () => ({ name, bytes, sha256: hash.digest('hex') }),
  }
}
