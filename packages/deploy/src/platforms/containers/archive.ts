import { createHash } from 'node:crypto'
import { Readable, type Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { AtlasError } from '@atlas/core'
import { extract, pack } from 'tar-stream'
import { type Blob, blobPath, type Copy, filesOfLayout, type Manifest } from './manifest.ts'

/**
 * An image as one file: an OCI image layout (https://github.com/opencontainers/image-spec) with the `manifest.json` of `docker
 * save` beside it, for engines that know nothing else. `docker load` and `podman load` take it, and give it that name.
 */
export function archiveOf(manifest: Manifest, name: string, copy: Copy): Readable {
  const tar = pack()
  // Whoever reads is told of an error by what is read; without a listener it would end the process.
  const broken = () => {}
  tar.on('error', broken)
  const fill = async () => {
    for (const [path, text] of Object.entries(filesOfLayout(manifest, name))) tar.entry({ name: path }, text)
    for (const blob of onlyOnce(manifest.blobs)) {
      const file = tar.entry({ name: blobPath(blob), size: blob.size })
      file.on('error', broken)
      // streamx's streams are, to a pipeline, as Node's own.
      await copy(blob, file as unknown as Writable)
    }
    tar.finalize()
  }
  fill().catch((error: Error) => tar.destroy(error))
  return Readable.from(tar, { objectMode: false })
}

/** Layers that change nothing are alike. */
export const onlyOnce = (blobs: readonly Blob[]): Blob[] => [
  ...new Map(blobs.map((blob) => [blob.digest, blob])).values(),
]

/**
 * The archive is whole, every file in it is what its name says, and the image is the one with that digest.
 * @throws AtlasError `image_damaged`
 */
export async function checkArchive(archive: Readable, digest: string): Promise<void> {
  const found = new Set<string>()
  let manifest: string | undefined
  const files = extract()
  const read = pipeline(archive, files as unknown as Writable)
  read.catch(() => {})
  try {
    for await (const file of files) {
      const { name } = file.header
      const hash = createHash('sha256')
      if (name === blobPath({ digest })) {
        const whole = await buffer(file as unknown as Readable)
        hash.update(whole)
        manifest = whole.toString()
      } else for await (const chunk of file) hash.update(chunk as Buffer)
      const own = `sha256:${hash.digest('hex')}`
      if (name.startsWith('blobs/') && name !== blobPath({ digest: own })) throw damaged(`${name} is ${own}`)
      found.add(name)
    }
    await read
  } catch (error) {
    throw error instanceof AtlasError ? error : damaged((error as Error).message)
  }
  if (manifest === undefined) throw damaged(`${digest} is not in it`)
  const { config, layers } = JSON.parse(manifest) as { config: { digest: string }; layers: { digest: string }[] }
  const missing = [config, ...layers].find((one) => !found.has(blobPath(one)))
  if (missing) throw damaged(`${missing.digest} is not in it`)
}

const damaged = (why: string) =>
  new AtlasError('image_damaged', `An archive is not the image that it should be: ${why}.`, {
    hint: 'Have it written anew, into an empty folder: atlas reproduce',
  })
