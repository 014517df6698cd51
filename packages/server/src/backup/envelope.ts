import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { createGunzip, createGzip } from 'node:zlib'
import { AtlasError } from '@atlas/core'
import { z } from 'zod'

/**
 * A backup begins with one line of JSON, which anybody can read with `head -1`. What follows is compressed by gzip, and, with
 * a passphrase, sealed by AES-256-GCM; the line is sealed with it, so nobody can change that either.
 */
const headline = z.object({
  atlas_backup: z.literal(1),
  version: z.string(),
  made: z.iso.datetime(),
  sealed: z
    .object({ by: z.literal('scrypt+aes-256-gcm'), salt: z.base64(), nonce: z.base64() })
    .nullable()
    .describe('null: in the clear, and without keys'),
})

export type Headline = z.infer<typeof headline>

const tagBytes = 16
/** OWASP's advice of 2025 for scrypt: N = 2^17, r = 8, p = 1; 128 MB, about half a second. */
const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 }

const keyFrom = (passphrase: string, salt: string): Promise<Buffer> =>
  promisify<string, Buffer, number, typeof cost, Buffer>(scrypt)(passphrase, Buffer.from(salt, 'base64'), 32, cost)

/** The bytes of a backup, of the frames' bytes. */
export async function* seal(
  frames: AsyncIterable<Buffer>,
  { version, passphrase }: { version: string; passphrase: string | undefined },
): AsyncGenerator<Buffer> {
  const sealed = passphrase === undefined ? null : newSeal()
  const head: Headline = { atlas_backup: 1, version, made: new Date().toISOString(), sealed }
  const line = Buffer.from(`${JSON.stringify(head)}\n`)
  yield line
  // Before the frames are begun: an error of theirs, while nobody reads them yet, would end the process.
  const key = sealed && passphrase !== undefined ? await keyFrom(passphrase, sealed.salt) : undefined
  const packed = Readable.from(frames, { objectMode: false }).compose<Readable>(createGzip())
  if (!sealed || !key) return yield* packed
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.from(sealed.nonce, 'base64')).setAAD(line)
  for await (const chunk of packed) yield cipher.update(chunk as Buffer)
  yield cipher.final()
  yield cipher.getAuthTag()
}

const newSeal = (): NonNullable<Headline['sealed']> => ({
  by: 'scrypt+aes-256-gcm',
  salt: randomBytes(16).toString('base64'),
  nonce: randomBytes(12).toString('base64'),
})

/** @throws AtlasError `config_invalid` where the file is no backup */
export async function readHeadline(file: string): Promise<{ head: Headline; line: Buffer }> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0)
    const end = buffer.subarray(0, bytesRead).indexOf('\n')
    const line = buffer.subarray(0, end + 1)
    const parsed = end < 0 ? undefined : headline.safeParse(jsonOf(line))
    if (parsed?.success) return { head: parsed.data, line }
  } finally {
    await handle.close()
  }
  throw new AtlasError('config_invalid', `${file} is no backup of Atlas.`, {
    hint: 'a backup is made by `atlas backup`',
  })
}

function jsonOf(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString())
  } catch {
    return undefined
  }
}

/**
 * The frames' bytes. What is sealed is proved only at the end: nothing that was read may count before.
 * @throws AtlasError `config_invalid` where the passphrase is missing or wrong, or the file was changed or is cut off
 */
export async function* unseal(file: string, passphrase: string | undefined): AsyncGenerator<Buffer> {
  const { head, line } = await readHeadline(file)
  try {
    const packed = head.sealed
      ? Readable.from(decipher(file, line, head.sealed, passphrase), { objectMode: false })
      : createReadStream(file, { start: line.length })
    yield* packed.compose<Readable>(createGunzip())
  } catch (cause) {
    if (cause instanceof AtlasError) throw cause
    const why = head.sealed
      ? 'The passphrase is wrong, or the backup was changed or is cut off.'
      : 'The backup is damaged.'
    throw new AtlasError('config_invalid', why, {
      hint: 'check ATLAS_BACKUP_PASSPHRASE, or take another backup',
      cause,
    })
  }
}

async function* decipher(
  file: string,
  line: Buffer,
  { salt, nonce }: NonNullable<Headline['sealed']>,
  passphrase: string | undefined,
): AsyncGenerator<Buffer> {
  if (passphrase === undefined)
    throw new AtlasError('config_invalid', 'The backup is sealed.', { hint: 'set ATLAS_BACKUP_PASSPHRASE' })
  const { size } = await stat(file)
  const end = size - tagBytes
  const opened = createDecipheriv('aes-256-gcm', await keyFrom(passphrase, salt), Buffer.from(nonce, 'base64'))
  opened.setAAD(line).setAuthTag(await lastBytes(file, end))
  for await (const chunk of createReadStream(file, { start: line.length, end: end - 1 }))
    yield opened.update(chunk as Buffer)
  yield opened.final()
}

async function lastBytes(file: string, from: number): Promise<Buffer> {
  const handle = await open(file)
  try {
    return (await handle.read(Buffer.alloc(tagBytes), 0, tagBytes, from)).buffer
  } finally {
    await handle.close()
  }
}
