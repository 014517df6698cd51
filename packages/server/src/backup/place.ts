import { once } from 'node:events'
import { constants, createWriteStream, openAsBlob } from 'node:fs'
import { access, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { AtlasError } from '@atlas/core'
import { AwsClient } from 'aws4fetch'
import { z } from 'zod'

/** Where a backup is kept: a file, or an object of an S3-compatible store. */
export interface Place {
  /** Whole or not at all: what was there under the name stays until all of the new one is. Gives its size in bytes. */
  write(bytes: Readable): Promise<number>
  /** Calls with a file that has it, for as long as that takes. */
  read<T>(use: (file: string) => Promise<T>): Promise<T>
}

type Raw = Readonly<Record<string, string | undefined>>

/** @param target a path, or `s3://bucket/key` @throws AtlasError `config_invalid`, `usage` */
export const placeOf = (target: string, env: Raw): Place =>
  target.startsWith('s3://') ? objectPlace(target, env) : filePlace(resolve(target))

function filePlace(file: string): Place {
  return {
    async write(bytes) {
      const draft = join(dirname(file), `.${basename(file)}.${process.pid}`)
      try {
        await pipeline(bytes, createWriteStream(draft, { mode: 0o600, flush: true }))
        await rename(draft, file)
      } catch (cause) {
        throw unusable(file, 'written', cause)
      } finally {
        await rm(draft, { force: true })
      }
      return (await stat(file)).size
    },
    async read(use) {
      await access(file, constants.R_OK).catch((cause: unknown) => {
        throw unusable(file, 'read', cause)
      })
      return use(file)
    },
  }
}

/** What the file system says of the place itself; other errors stay what they are. */
function unusable(file: string, done: 'read' | 'written', cause: unknown): unknown {
  const why = {
    ENOENT: done === 'read' ? 'it is not there' : 'its folder is not there',
    ENOTDIR: `${dirname(file)} is no folder`,
    EISDIR: 'it is a folder',
    EACCES: 'permission denied',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
  }[String((cause as NodeJS.ErrnoException).code)]
  if (why === undefined) return cause
  return new AtlasError('config_invalid', `${file} cannot be ${done}: ${why}.`, {
    cause,
    hint: done === 'read' ? 'name a file that `atlas backup` made' : 'name a file in a folder that can be written to',
  })
}

/** What every S3 client reads; the endpoint is Amazon's unless another is named. */
const settings = z.object({
  AWS_ACCESS_KEY_ID: z.string().min(1),
  AWS_SECRET_ACCESS_KEY: z.string().min(1),
  AWS_SESSION_TOKEN: z.string().optional(),
  AWS_REGION: z.string().default('us-east-1'),
  AWS_ENDPOINT_URL_S3: z.url({ protocol: /^https?$/ }).optional(),
})

/** S3 takes no more in one PUT (Amazon S3 user guide, "Uploading objects", 2026-01). Bytes. */
const largestObject = 5 * 1024 ** 3

function objectPlace(target: string, env: Raw): Place {
  const parsed = settings.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value)))
  if (!parsed.success) throw missing(parsed.error.issues.map(({ path }) => String(path[0])))
  const { AWS_REGION: region, AWS_ENDPOINT_URL_S3: endpoint = `https://s3.${region}.amazonaws.com` } = parsed.data
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = parsed.data
  const { AWS_SESSION_TOKEN: sessionToken } = parsed.data
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken && { sessionToken }),
    region,
    service: 's3',
    retries: 4,
  })
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(target) ?? []
  if (key === '')
    throw new AtlasError('usage', `${target} names no object.`, { hint: 's3://bucket/folder/atlas.backup' })
  // By path, as every store understands it; a bucket as a host name needs DNS that a store of one's own may not have.
  const url = `${endpoint.replace(/\/+$/, '')}/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`

  async function ask(init: RequestInit): Promise<Response> {
    const answer = await client.fetch(url, init).catch((cause: unknown) => {
      throw new AtlasError('server_unreachable', `${new URL(url).host} did not answer.`, { cause })
    })
    if (answer.ok) return answer
    throw refused(target, answer.status, await answer.text())
  }

  return {
    write: (bytes) =>
      inDraft(async (file) => {
        const size = await filePlace(file).write(bytes)
        if (size > largestObject)
          throw new AtlasError('usage', `The backup has ${size} bytes, and S3 takes ${largestObject} in one piece.`, {
            hint: 'back up to a file, and copy it there by a tool that sends it in parts',
          })
        await ask({ method: 'PUT', body: await openAsBlob(file) })
        return size
      }),
    read: (use) =>
      inDraft(async (file) => {
        const signed = await client.sign(url)
        await pipeline(await get(signed, target), createWriteStream(file, { mode: 0o600 }))
        return use(file)
      }),
  }
}

/**
 * By Node's own client: its fetch (24.21) ends the process by an assertion where the other side closes the connection while
 * a long body is not read as fast as it comes.
 */
async function get({ url, headers }: Request, target: string): Promise<IncomingMessage> {
  const call = (url.startsWith('https:') ? https : http).get(url, { headers: Object.fromEntries(headers) })
  const [answer] = (await once(call, 'response').catch((cause: unknown) => {
    throw new AtlasError('server_unreachable', `${new URL(url).host} did not answer.`, { cause })
  })) as [IncomingMessage]
  const { statusCode = 500 } = answer
  if (statusCode < 300) return answer
  throw refused(target, statusCode, await text(answer))
}

/** S3 says why in XML; no secret is in it. */
function refused(target: string, status: number, body: string): AtlasError {
  const code = /<Code>([^<]+)<\/Code>/.exec(body)?.[1] ?? `HTTP ${status}`
  return new AtlasError(status === 404 ? 'not_found' : 'server_unreachable', `${target}: ${code}`)
}

async function inDraft<T>(use: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'atlas-backup-'))
  try {
    return await use(join(folder, 'backup'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const missing = (names: readonly string[]) =>
  new AtlasError('config_invalid', `An S3-compatible store needs ${names.join(', ')}.`, {
    hint: 'set them, and AWS_ENDPOINT_URL_S3 for a store that is not Amazon’s',
  })
