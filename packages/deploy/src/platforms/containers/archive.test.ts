import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { expect, test } from 'vitest'
import { archiveOf, checkArchive } from './archive.ts'
import { manifestOf, sha256 } from './manifest.ts'

const layers: Record<string, string> = { 'a/layer.tar': 'files\n'.repeat(400), 'b/layer.tar': 'one more\n' }
const config = JSON.stringify({ rootfs: { diff_ids: Object.values(layers).map(sha256) } })
const manifest = manifestOf({
  config: { path: 'config.json', text: config },
  layers: Object.entries(layers).map(([path, text]) => ({ path, size: text.length, begins: '6669' })),
})

const archive = (contents: Record<string, string> = { ...layers, 'config.json': config }) =>
  buffer(
    archiveOf(manifest, 'localhost/atlas/shop/backend:v1', ({ path }, to) =>
      pipeline(Readable.from([Buffer.from(contents[path]!)]), to),
    ),
  )

test('an archive of an image is found to be that image', async () => {
  await expect(checkArchive(Readable.from([await archive()]), manifest.digest)).resolves.toBeUndefined()
})

test('an archive that is cut short, changed or of another image is refused', async () => {
  const whole = await archive()
  const check = (bytes: Buffer, digest = manifest.digest) => checkArchive(Readable.from([bytes]), digest)
  await expect(check(whole.subarray(0, whole.length / 2))).rejects.toMatchObject({ code: 'image_damaged' })
  await expect(check(whole, sha256('another'))).rejects.toThrow('is not in it')
  const changed = await archive({ ...layers, 'b/layer.tar': 'two more\n', 'config.json': config })
  await expect(check(changed)).rejects.toThrow(`${sha256('one more\n').replace(':', '/')} is ${sha256('two more\n')}`)
})

test('where a layer cannot be read, the archive breaks off', async () => {
  const broken = archiveOf(manifest, 'x', async () => Promise.reject(new Error('the connection broke')))
  await expect(buffer(broken)).rejects.toThrow('the connection broke')
})
