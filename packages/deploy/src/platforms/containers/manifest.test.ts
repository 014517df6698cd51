import { expect, test } from 'vitest'
import { manifestOf, sha256 } from './manifest.ts'

const ids = [sha256('one'), sha256('two')]
const config = { path: 'config.json', text: JSON.stringify({ rootfs: { diff_ids: ids } }) }

test('layers of an archive are named by what they unpack to, and those that have a digest by that', () => {
  const packed = `blobs/${sha256('packed').replace(':', '/')}`
  const { blobs, text } = manifestOf({
    config,
    layers: [
      { path: 'x/layer.tar', size: 3, begins: '6269' },
      { path: packed, size: 5, begins: '1f8b' },
    ],
  })
  expect(blobs.map(({ digest }) => digest)).toEqual([sha256(config.text), ids[0], sha256('packed')])
  expect(JSON.parse(text).layers.map(({ mediaType }: { mediaType: string }) => mediaType)).toEqual([
    'application/vnd.oci.image.layer.v1.tar',
    'application/vnd.oci.image.layer.v1.tar+gzip',
  ])
})

test('the same image has the same digest wherever its files lie, and another one another', () => {
  const at = (folder: string, of = config) =>
    manifestOf({ config: of, layers: ids.map((_, n) => ({ path: `${folder}/${n}`, size: n, begins: '00' })) }).digest
  expect(at('a')).toBe(at('b'))
  expect(at('a')).not.toBe(at('a', { ...config, text: `${config.text} ` }))
})

test('an archive that lacks a layer is refused', () => {
  expect(() => manifestOf({ config, layers: [] })).toThrow('2 layers was saved with 0')
})
