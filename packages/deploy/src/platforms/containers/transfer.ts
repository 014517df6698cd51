import { randomBytes } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { AtlasError, isAtlasError } from '@atlas/core'
import { type At, run } from '../../machine/fenced.ts'
import type { Connected } from '../../machine/machine.ts'
import type { Elsewhere } from '../platform.ts'
import type { Engine } from './engine.ts'
import { engineOn } from './engine-on.ts'
import { pullScript } from './image-scripts.ts'
import { imageRegistry } from './registry.ts'
import { copyFrom, type SavedImage, savedOn } from './saved.ts'

const pullMs = 30 * 60_000

export interface Wanted {
  /** `sha256:…` of its manifest. */
  digest: string
  /** What it is called on every machine that has it. */
  image: string
  /** Other names that it is to have here. */
  names: readonly string[]
}

/**
 * Brings an image from a machine that has it to one that has not, without a registry: this one's engine pulls it from its
 * own loopback, which leads back over the SSH connection to files on the other. The engine asks only for layers that it
 * has not, and checks what it gets; what is cut off in the middle leaves no image.
 * @returns bytes that were sent
 * @throws AtlasError `deploy_impossible` where no machine has it
 */
export async function transfer(
  at: At,
  engine: Engine,
  wanted: Wanted,
  elsewhere: readonly Elsewhere[],
): Promise<number> {
  for (const from of elsewhere) {
    let reached = false
    const attempted = from((machine) => {
      reached = true
      return attempt(at, engine, wanted, machine)
    })
    const sent = await attempted.catch((error) => {
      if (reached) throw error
      return undefined
    })
    if (sent !== undefined) return sent
  }
  throw new AtlasError('deploy_impossible', `No machine has the image ${wanted.image} any more.`, {
    hint: 'A release is never built again. Deploy its commit anew: atlas deploy uat …',
  })
}

/** `undefined`: it is not there. */
async function attempt(at: At, engine: Engine, wanted: Wanted, source: Connected): Promise<number | undefined> {
  if (source === at.machine) return undefined
  const saved = await saving(at, engine, wanted, source).catch((error) => {
    if (isAtlasError(error, 'machine_refused') || isAtlasError(error, 'deploy_impossible')) return undefined
    throw error
  })
  if (!saved || saved.manifest.digest !== wanted.digest) return undefined
  return pull(at, engine, wanted, source, saved)
}

const saving = async ({ signal }: At, engine: Engine, { image }: Wanted, source: Connected) =>
  savedOn(source, await engineOn(source, engine, signal), image, signal)

async function pull(
  at: At,
  engine: Engine,
  { image, names }: Wanted,
  source: Connected,
  saved: SavedImage,
): Promise<number> {
  // Every program on the machine reaches its loopback: only who knows the name is given the image.
  const name = `atlas/${randomBytes(16).toString('hex')}`
  const registry = imageRegistry(name, saved.manifest, copyFrom(source, saved))
  // Nothing is ever written: it ends with the connection.
  const staying = new PassThrough()
  const listener = await at.machine.listen((connection) => void registry.server.emit('connection', connection))
  try {
    const from = `127.0.0.1:${listener.port}/${name}@${saved.manifest.digest}`
    await run(at, pullScript(engine), [from, image, ...names], { input: staying, timeoutMs: pullMs })
  } catch (error) {
    const trouble = registry.trouble()
    if (!trouble || !isAtlasError(error, 'machine_refused')) throw error
    throw new AtlasError('machine_unreachable', `${source.name} gave only a part of the image: ${trouble.message}`, {
      cause: error,
    })
  } finally {
    staying.destroy()
    listener.close()
    registry.server.closeAllConnections()
  }
  return registry.sent()
}
