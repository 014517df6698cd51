import { pipeline } from 'node:stream/promises'
import { type Slots, slots } from '@atlas/engine'
import type { Connected } from '../../machine/machine.ts'
import type { Engine } from './engine.ts'
import { exportScript, filesScript } from './image-scripts.ts'
import { type Copy, type Manifest, manifestOf, manifestOfLayout } from './manifest.ts'

/** An image as files on a machine. */
export interface SavedImage {
  folder: string
  manifest: Manifest
}

/** Large images on slow disks take their time. */
const saveMs = 15 * 60_000

/**
 * The image on a machine as files, saved where it is not yet; `undefined` where the machine has no such image, or no
 * engine.
 * @throws AtlasError `machine_refused`, `machine_unreachable`
 */
export async function savedOn(
  machine: Connected,
  engine: Engine,
  image: string,
  signal: AbortSignal,
): Promise<SavedImage | undefined> {
  const shell = (script: string, words: readonly string[], timeoutMs = 60_000) =>
    machine.run(['sh', '-c', script, 'atlas', ...words], { signal, timeoutMs })
  const folder = (await shell(exportScript(engine), [image], saveMs)).trim()
  if (folder === '') return undefined
  const read = (path: string) => shell('cat "$1/$2"', [folder, path])
  if (engine.name === 'podman') return { folder, manifest: await manifestOfLayout(read) }
  const [first] = JSON.parse(await read('manifest.json')) as [{ Config: string; Layers: string[] }]
  const [text, facts] = await Promise.all([
    read(first.Config),
    first.Layers.length > 0 ? shell(filesScript, [folder, ...first.Layers]) : '',
  ])
  const lines = facts.trim().split('\n')
  const layers = first.Layers.map((path, n) => {
    const [size, begins = ''] = lines[n]!.split(' ')
    return { path, size: Number(size), begins }
  })
  return { folder, manifest: manifestOf({ config: { path: first.Config, text }, layers }) }
}

export const copyFrom =
  (machine: Connected, { folder }: SavedImage): Copy =>
  ({ path }, to) =>
    reading(machine).use(async () => pipeline(await machine.stream(['cat', `${folder}/${path}`]), to))

/** An SSH server opens ten channels for a connection where nothing else is configured, and others need theirs. */
const atOnce = 4
const readers = new WeakMap<Connected, Slots>()

function reading(machine: Connected): Slots {
  const known = readers.get(machine) ?? slots(atOnce)
  readers.set(machine, known)
  return known
}
