import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { devOfFile, run } from './cli.fixture.ts'

const folder = devOfFile({ ATLAS_SANDBOX_BACKEND: 'none' })
const atlas = (...words: string[]) => run(folder, words, { ATLAS_SANDBOX_BACKEND: 'none' })
const unused = async (...words: string[]) => {
  const { unused: found } = JSON.parse((await atlas('cleanup', '--dry-run', '--json', ...words)).stdout)
  return (found as { name: string }[]).map(({ name }) => name)
}

beforeAll(async () => {
  const resources = [
    { type: 'vpc', name: 'net', specifications: {} },
    { type: 'volume', name: 'left', specifications: { size_gb: 10 } },
    { type: 'reserved_ip', name: 'nowhere', specifications: {} },
  ]
  const shop = { name: 'shop', provider: 'digitalocean', region: 'lon1', resources }
  writeFileSync(join(folder, 'shop.json'), JSON.stringify(shop))
  expect(await atlas('up', '-f', 'shop.json', '--yes')).toMatchObject({ exit: 0 })
}, 120_000)

test('what nothing uses is listed with its price and age, and nothing is deleted where nobody agreed', async () => {
  expect(await unused()).toEqual(['left', 'nowhere'])
  expect(await unused('--older-than', '7')).toEqual([])
  expect((await atlas('--cleanup')).stdout).toMatch(/shop +volume +left +.*\$1\.00 +attached to no machine/)
  expect(await unused()).toEqual(['left', 'nowhere'])
}, 60_000)

test('it is deleted by a plan that names the data that would be lost, and then nothing is left to clean', async () => {
  expect(await atlas('cleanup', '--yes')).toMatchObject({
    exit: 3,
    stderr: expect.stringContaining('--consent left,nowhere'),
  })
  expect(await atlas('cleanup', '--yes', '--consent', 'left,nowhere')).toMatchObject({ exit: 0, stderr: '' })
  expect(await unused()).toEqual([])
  expect((await atlas('status')).stdout).toContain('net')
}, 60_000)
