import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { AtlasError } from '@atlas/core'
import type { Loading } from '@atlas/store'
import { unseal } from './envelope.ts'
import { decode, type Frame } from './frames.ts'
import { type Manifest, manifest as manifestOf, weigher } from './manifest.ts'

/** Goes through a backup and calls what it is given for each part; the parts are data of one head after the other. */
async function walk(
  file: string,
  passphrase: string | undefined,
  take: (head: Exclude<Frame, { kind: 'data' }>, data: Buffer | undefined) => Promise<void> | void,
): Promise<void> {
  let head: Exclude<Frame, { kind: 'data' }> | undefined
  for await (const frame of decode(unseal(file, passphrase))) {
    if (frame.kind !== 'data') head = frame
    if (head) await take(head, frame.kind === 'data' ? frame.data : undefined)
  }
}

/**
 * Reads a backup to its end and weighs every part: nothing is changed before this has passed.
 * @throws AtlasError `config_invalid` where it is damaged, was changed or is cut off
 */
export async function readManifest(file: string, passphrase: string | undefined): Promise<Manifest> {
  const scales: ReturnType<typeof weigher>[] = []
  let told: Manifest | undefined
  await walk(file, passphrase, (head, data) => {
    if (head.kind === 'manifest') told = manifestOf.parse(head.manifest)
    else if (data) scales.at(-1)?.add(data)
    else scales.push(weigher(head.kind === 'table' ? head.table : head.path))
  }).catch(damaged)
  const found = scales.map((scale) => scale.weighed())
  const said = told && [...told.tables, ...told.files]
  if (!told || JSON.stringify(found) !== JSON.stringify(said)) throw damage(undefined)
  return told
}

/** @param loading a database that waits for the rows @throws AtlasError; then nothing was changed */
export async function restoreInto(
  loading: Loading,
  {
    file,
    passphrase,
    dataDir,
    manifest,
  }: { file: string; passphrase: string | undefined; dataDir: string; manifest: Manifest },
): Promise<{ ended: number }> {
  const files = new Map<string, Buffer[]>()
  let table: Writable | undefined
  const endTable = async () => {
    if (!table) return
    table.end()
    await finished(table)
    table = undefined
  }
  try {
    await walk(file, passphrase, async (head, data) => {
      if (data && table) return pressed(table, data)
      if (data && head.kind === 'file') return void files.get(head.path)?.push(data)
      await endTable()
      if (head.kind === 'table') table = loading.write({ name: head.table, columns: head.columns })
      if (head.kind === 'file') files.set(head.path, [])
    })
    await endTable()
    const done = await loading.finish(manifest.sequences)
    for (const [path, parts] of files) writeKept(dataDir, path, Buffer.concat(parts))
    return done
  } catch (error) {
    await loading.abort()
    throw error
  }
}

async function pressed(stream: Writable, data: Buffer): Promise<void> {
  if (!stream.write(data)) await once(stream, 'drain')
}

/** What is there already is set aside: it may be the only copy of a key. */
function writeKept(dataDir: string, path: string, content: Buffer): void {
  if (normalize(path) !== path || path.startsWith('..') || path.startsWith('/')) throw damage(undefined)
  const target = join(dataDir, path)
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  if (existsSync(target)) {
    if (readFileSync(target).equals(content)) return
    renameSync(target, `${target}.before-restore`)
  }
  writeFileSync(target, content, { mode: 0o600 })
}

function damaged(cause: unknown): never {
  throw cause instanceof AtlasError ? cause : damage(cause)
}

const damage = (cause: unknown) =>
  new AtlasError('config_invalid', 'The backup is damaged: its parts are not what it says of them.', {
    hint: 'take another backup',
    cause,
  })
