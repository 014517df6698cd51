import { createHash } from 'node:crypto'
import type { Writable } from 'node:stream'
import { AtlasError } from '@atlas/core'

/** An image as a registry has it: what says which it is, and the files that it is made of, by their digests. */
export interface Manifest {
  text: string
  /** `sha256:…` of the text: the identity of the image, whatever engine has it. */
  digest: string
  mediaType: string
  blobs: readonly Blob[]
}

/** A file of an exported image. */
export interface Blob {
  digest: string
  /** Bytes. */
  size: number
  /** In the export. */
  path: string
}

/** Writes a file of an image to where it is wanted, to its end. */
export type Copy = (blob: Blob, to: Writable) => Promise<void>

export const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`

const oci = 'application/vnd.oci.image'
const mediaType = `${oci}.manifest.v1+json`

/** What a `docker save` says of its files, and what was found there: size in bytes and first two bytes in hex. */
export interface Saved {
  config: { path: string; text: string }
  layers: readonly { path: string; size: number; begins: string }[]
}

/**
 * The manifest of an image that was saved. Docker's own is not kept by all of its versions, so it is made from what is
 * in the archive: the same image gives the same text on every machine.
 * Layers are named by what they unpack to or, in archives that are named so, by what they are.
 */
export function manifestOf({ config, layers }: Saved): Manifest {
  const { rootfs } = JSON.parse(config.text) as { rootfs?: { diff_ids?: string[] } }
  const ids = rootfs?.diff_ids ?? []
  if (ids.length !== layers.length)
    throw new AtlasError('deploy_impossible', `An image with ${ids.length} layers was saved with ${layers.length}.`)
  const blobs = layers.map(({ path, size }, n): Blob => ({ path, size, digest: named(path) ?? ids[n]! }))
  const own: Blob = { path: config.path, size: Buffer.byteLength(config.text), digest: sha256(config.text) }
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: { mediaType: `${oci}.config.v1+json`, digest: own.digest, size: own.size },
    layers: blobs.map(({ digest, size }, n) => ({
      mediaType: `${oci}.layer.v1.tar${layers[n]!.begins === '1f8b' ? '+gzip' : ''}`,
      digest,
      size,
    })),
  })
  return { text, digest: sha256(text), mediaType, blobs: [own, ...blobs] }
}

const named = (path: string): string | undefined => {
  const hex = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(path)?.[1]
  return hex && `sha256:${hex}`
}

interface Descriptor {
  digest: string
  size: number
}

export const blobPath = ({ digest }: Pick<Descriptor, 'digest'>): string => `blobs/${digest.replace(':', '/')}`

/** The manifest that an OCI image layout has (https://github.com/opencontainers/image-spec), as it is. */
export async function manifestOfLayout(read: (path: string) => Promise<string>): Promise<Manifest> {
  const index = JSON.parse(await read('index.json')) as { manifests: (Descriptor & { mediaType: string })[] }
  const [found] = index.manifests
  if (!found || index.manifests.length > 1)
    throw new AtlasError('deploy_impossible', `An image was saved with ${index.manifests.length} manifests, not one.`)
  const text = await read(blobPath(found))
  const { config, layers } = JSON.parse(text) as { config: Descriptor; layers: Descriptor[] }
  const blobs = [config, ...layers].map((one): Blob => ({ digest: one.digest, size: one.size, path: blobPath(one) }))
  return { text, digest: found.digest, mediaType: found.mediaType, blobs }
}

/** What says, in an image layout, which image its files are: by their paths, for OCI and for `docker load`. */
export function filesOfLayout({ text, digest, mediaType, blobs }: Manifest, name: string): Record<string, string> {
  const [config, ...layers] = blobs.map(blobPath)
  const annotations = { 'org.opencontainers.image.ref.name': name, 'io.containerd.image.name': name }
  const own = { mediaType, digest, size: Buffer.byteLength(text), annotations }
  return {
    'oci-layout': JSON.stringify({ imageLayoutVersion: '1.0.0' }),
    'index.json': JSON.stringify({ schemaVersion: 2, manifests: [own] }),
    'manifest.json': JSON.stringify([{ Config: config, RepoTags: [name], Layers: layers }]),
    [blobPath({ digest })]: text,
  }
}
