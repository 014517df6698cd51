import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { AtlasError } from '@atlas/core'
import { z } from 'zod'

export const usage = `usage: node packages/server/src/main.ts --data-dir DIR [--host 127.0.0.1] [--port 0] [--dev] [--parent-pipe] [--workers 1]

  --data-dir DIR   everything the server keeps; one server for each folder
  --host ADDRESS   where to listen; TLS is for a proxy before it
  --port N         0 takes a free one
  --dev            without a credential, start the sandbox, a local cloud, beside the server
  --parent-pipe    end when standard input ends: for a program that starts a server for itself
  --workers N      workers in this process; each runs up to four operations at a time; 0: it only answers`

const schema = z.object({
  'data-dir': z.string({ error: 'is missing' }).min(1, 'is empty'),
  host: z.string().min(1, 'is empty').default('127.0.0.1'),
  port: z.coerce.number({ error: 'is not a port' }).int().min(0).max(65_535).default(0),
  dev: z.boolean().default(false),
  'parent-pipe': z.boolean().default(false),
  workers: z.coerce.number({ error: 'is not a number' }).int().min(0).max(16).default(1),
})

export interface Options {
  /** Absolute. */
  dataDir: string
  host: string
  port: number
  dev: boolean
  parentPipe: boolean
  workers: number
}

/** @throws AtlasError `usage` */
export function readOptions(args: string[]): Options {
  const parsed = schema.safeParse(words(args))
  if (!parsed.success) {
    const message = parsed.error.issues.map((issue) => `--${String(issue.path[0])}: ${issue.message}`).join('; ')
    throw new AtlasError('usage', message, { hint: usage })
  }
  const { 'data-dir': dataDir, 'parent-pipe': parentPipe, ...rest } = parsed.data
  return { dataDir: resolve(dataDir), parentPipe, ...rest }
}

function words(args: string[]): Record<string, unknown> {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    return parseArgs({
      args,
      options: { 'data-dir': text, host: text, port: text, dev: flag, 'parent-pipe': flag, workers: text },
    }).values
  } catch (cause) {
    throw new AtlasError('usage', (cause as Error).message, { hint: usage, cause })
  }
}
