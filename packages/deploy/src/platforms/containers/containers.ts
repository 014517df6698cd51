import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { AtlasError, canonical } from '@atlas/core'
import { type At, run } from '../../machine/fenced.ts'
import { projectOf } from '../../names.ts'
import { type Slot, slots } from '../../ports.ts'
import type { Delivery, Instance, Place, Platform, Running } from '../platform.ts'
import { archiveOf, onlyOnce } from './archive.ts'
import { buildImage } from './build.ts'
import { recipeOf } from './containerfile.ts'
import type { Engine } from './engine.ts'
import { engineOn } from './engine-on.ts'
import { pruneScript, wantScript } from './image-scripts.ts'
import { logsScript, onceScript, onceStateScript, runningScript, startScript, stopScript } from './instance-scripts.ts'
import { containerOf, folderOf, imageOf, isInRegistry, onceOf, releaseImageOf } from './names.ts'
import { pullImage } from './remote.ts'
import { copyFrom, savedOn } from './saved.ts'
import { transfer } from './transfer.ts'
import { createWords, onceWords } from './words.ts'

/** Services in containers: an image is built once for a release, and everything that runs it runs it by its digest. */
export const containerPlatform = (engine: Engine): Platform => ({
  name: engine.name,
  runsOn: 'machines',

  async resolve(name, config, tree) {
    const { port, command = '', env, secrets, health, drain_s, build_args, limits, read_only } = config
    const { containerfile, context: path } = await recipeOf(name, config, tree)
    const service = { name, platform: engine.name, path, containerfile, command, env, secrets, health, drain_s }
    return {
      ...service,
      ...(Object.keys(build_args).length > 0 && { build_args }),
      ...(limits && { limits }),
      ...(read_only && { read_only }),
      ...(port !== undefined && { port }),
    }
  },

  build: (at, build) => buildImage(at, engine, build),

  async stored({ machine, signal }, { project, service, release, digest }) {
    const own = await engineOn(machine, engine, signal)
    const saved = await savedOn(machine, own, imageOf(project, service, digest), signal)
    if (saved?.manifest.digest !== digest) return undefined
    const bytes = onlyOnce(saved.manifest.blobs).reduce((sum, { size }) => sum + size, 0)
    const name = releaseImageOf(project, service, release)
    return { bytes, archive: () => archiveOf(saved.manifest, name, copyFrom(machine, saved)) }
  },

  async deliver(at, delivery) {
    let sent = 0
    for (const service of delivery.services) sent += await deliverImage(at, engine, delivery, service)
    return sent
  },

  async start(at, instance) {
    const { service, slot } = instance
    const name = containerOf(at.fence, { service: service.name, slot })
    const image = imageOf(projectOf(at.fence.lane), service.name, imageIn(service))
    const words = createWords(engine, at.fence, instance, image)
    const input = secretsText(instance.secrets)
    // A hash over values of secrets could be guessed.
    const fingerprint = createHash('sha256')
      .update(canonical({ words, versions: instance.versions }))
      .digest('hex')
    await run(at, startScript(engine), [name, fingerprint, image, ...words], { input, timeoutMs: startMs })
  },

  async once(at, { key, command, service, release, variables, secrets }) {
    const name = onceOf(at.fence, key)
    const image = imageOf(projectOf(at.fence.lane), service.name, imageIn(service))
    const words = onceWords(at.fence, { service, release, variables, secrets, command }, image)
    await run(at, onceScript(engine), [name, image, ...words], { input: secretsText(secrets), timeoutMs: startMs })
    for (;;) {
      const [state = '', ...output] = (await run(at, onceStateScript(engine), [name])).split('\n')
      const [how, code] = state.split(' ')
      if (how !== 'running') return { code: how === 'ended' ? Number(code) : undefined, output: output.join('\n') }
      await pause(onceLookMs, undefined, { signal: at.signal })
    }
  },

  logs: (at, place) => run(at, logsScript(engine), [containerOf(at.fence, place)]),

  async running({ machine, lane, signal }) {
    const said = await machine.run(['sh', '-c', runningScript(engine), 'atlas', lane], { signal })
    return said.split('\n').flatMap(runningOf)
  },

  stop: async (at, stays) => void (await run(at, stopScript(engine), stays.map(folderOf), { timeoutMs: startMs })),
  async prune(at, keep) {
    // Where nothing builds any more, the script has nothing to take away.
    const own = await engineOn(at.machine, engine, at.signal).catch(() => engine)
    await run(at, pruneScript(own), [projectOf(at.fence.lane), ...keep])
  },
})

/** Whoever asks holds the lane only for a moment, so that a successor is never kept waiting. */
const onceLookMs = 500

/** An older instance may take its ten seconds to end, and slow disks theirs. */
const startMs = 120_000

/** @returns bytes that were sent; what came from a registry is not counted */
async function deliverImage(
  at: At,
  engine: Engine,
  { release, elsewhere, registry }: Delivery,
  service: Delivery['services'][number],
): Promise<number> {
  const project = projectOf(at.fence.lane)
  const digest = imageIn(service)
  const image = imageOf(project, service.name, digest)
  const named = releaseImageOf(project, service.name, release)
  const there = await run(at, wantScript(engine), [release, service.name, image, named], { timeoutMs: installMs })
  if (there.trim() === 'yes') return 0
  if (isInRegistry(digest)) {
    await pullImage(at, engine, { from: digest, names: [image, named] }, registry)
    return 0
  }
  return transfer(at, engine, { digest, image, names: [named] }, elsewhere)
}

const installMs = 10 * 60_000

function imageIn({ name, image }: Delivery['services'][number]): string {
  if (image !== undefined) return image
  throw new AtlasError('internal', `The image of ${name} was never built.`)
}

const secretsText = (secrets: Instance['secrets']): string =>
  Object.entries(secrets)
    .map(([name, value]) => `${name}\n${Buffer.byteLength(value)}\n${value}`)
    .join('')

function runningOf(line: string): Running[] {
  const [folder = '', release, alive, since] = line.split(' ')
  const slot: Slot | undefined = slots.find((one) => folder.startsWith(`${one}-`))
  if (slot === undefined || release === undefined) return []
  const at = new Date(since ?? '')
  const place: Place = { service: folder.slice(slot.length + 1), slot }
  return [{ ...place, release, alive: alive === 'true', since: at.getTime() > 0 ? at.toISOString() : null }]
}
