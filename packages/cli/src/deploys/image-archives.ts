import { createReadStream, createWriteStream, mkdirSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReleaseImage } from '@atlas/client'
import { archivePath, checkArchive } from '@atlas/deploy/here'

const everyMs = 2_000

/**
 * Writes the archives of images below a folder. Each has its name only once it is whole, and found to be the image that is on record.
 * @param say given a line now and then while one comes, and one for each that is there
 * @throws AtlasError `image_damaged`
 */
export async function writeArchives(
  folder: string,
  images: readonly ReleaseImage[],
  open: (service: string) => Promise<ReadableStream>,
  say: (line: string) => void,
): Promise<void> {
  for (const { service, image, bytes } of images) {
    const file = join(folder, archivePath({ name: service }))
    const part = `${file}.part`
    mkdirSync(dirname(file), { recursive: true })
    const progress = counting((sent) => say(`  ${service}: ${megabytes(sent)} of ${megabytes(bytes)}`))
    await pipeline(Readable.fromWeb((await open(service)) as never), progress, createWriteStream(part))
    await checkArchive(createReadStream(part), image)
    renameSync(part, file)
    say(`  ${service}: ${megabytes(bytes)}, ${image}`)
  }
}

function counting(tell: (sent: number) => void): Transform {
  let sent = 0
  let told = performance.now()
  return new Transform({
    transform(chunk: Buffer, _, done) {
      sent += chunk.length
      if (performance.now() - told > everyMs) {
        told = performance.now()
        tell(sent)
      }
      done(null, chunk)
    },
  })
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
