import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { ImageView } from '@atlas/api'
import { AtlasError } from '@atlas/core'
import { type BuiltImage, isInRegistry, type Machines, platformNamed, type StoredImage } from '@atlas/deploy'
import type { Store } from '@atlas/store'
import { specOf } from './spec.ts'

interface Parts {
  store: { deploys: Pick<Store['deploys'], 'release' | 'made'> }
  machines: Machines
}

/** Which release of whose. */
interface Of {
  workspace: string
  project: string
  tag: string
}

/** How long one machine may take to save an image that nobody has asked for yet. */
const saveMs = 15 * 60_000

/** Images that were built for a release, of machines that have them. @throws AtlasError `not_found` */
export async function releaseImages(parts: Parts, of: Of): Promise<ImageView[]> {
  const built = await builtFor(parts, of)
  return Promise.all(
    built.map(async (one) => {
      const bytes = await withImage(parts, of, one, async (stored) => stored.bytes)
      return { service: one.service, image: one.digest, bytes }
    }),
  )
}

/**
 * One of them as a file. The connection to its machine is held until it is read to its end, or given up.
 * @throws AtlasError `not_found`, `machine_unreachable`
 */
export async function imageArchive(parts: Parts, of: Of, service: string): Promise<Readable> {
  const built = await builtFor(parts, of)
  const wanted = built.find((one) => one.service === service)
  if (!wanted)
    throw new AtlasError('not_found', `${of.tag} has no image of ${service}.`, {
      hint: built.length > 0 ? `there is ${built.map((one) => one.service).join(', ')}` : 'no image was built for it',
    })
  const { promise, resolve, reject } = Promise.withResolvers<Readable>()
  const use = async ({ archive }: StoredImage) => {
    const tar = archive()
    resolve(tar)
    await finished(tar).catch(() => {})
  }
  withImage(parts, of, wanted, use).catch(reject)
  return promise
}

interface Built extends BuiltImage {
  platform: string
  /** Where it may be, the likeliest first. */
  places: { infrastructure: string; machine: string }[]
}

async function builtFor({ store: { deploys } }: Parts, { workspace, project, tag }: Of): Promise<Built[]> {
  const { images } = await deploys.release(workspace, project, tag)
  const all = (await deploys.made(workspace, project, tag)).map(({ infrastructure, spec }) => ({
    infrastructure,
    ...specOf({ spec }),
  }))
  return Object.entries(images).flatMap(([service, digest]) => {
    const runs = all.filter(({ services }) => services.some((one) => one.name === service && one.image === digest))
    const own = runs[0]?.services.find((one) => one.name === service)
    // What a registry has is found there, by the digest that the release has it under.
    if (!own?.containerfile || isInRegistry(digest)) return []
    const places = runs.flatMap(({ infrastructure, machines, builder }) =>
      [...(builder === undefined ? [] : [builder]), ...machines].map((machine) => ({ infrastructure, machine })),
    )
    return [{ project, service, release: tag, digest, platform: own.platform, places }]
  })
}

/** Uses it where it is found first. */
async function withImage<T>(
  { machines }: Parts,
  { workspace }: Of,
  wanted: Built,
  what: (stored: StoredImage) => Promise<T>,
): Promise<T> {
  const { stored } = platformNamed(wanted.platform)
  for (const place of wanted.places) {
    let found = false
    const used = machines.use({ workspace, ...place }, async (machine) => {
      const image = await stored?.({ machine, signal: AbortSignal.timeout(saveMs) }, wanted)
      found = image !== undefined
      return image && what(image)
    })
    const result = await used.catch((error) => {
      if (found) throw error
      return undefined
    })
    if (found) return result as T
  }
  const names = [...new Set(wanted.places.map(({ machine }) => machine))].join(', ')
  throw new AtlasError('not_found', `No machine has the image of ${wanted.service} in ${wanted.release} any more.`, {
    hint: `asked: ${names}. A release that no environment could go back to has no images; its source is there: atlas reproduce ${wanted.release} --without-images`,
  })
}
