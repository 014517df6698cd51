import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { freePort } from '@atlas/postgres'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { seal } from './envelope.ts'
import { placeOf } from './place.ts'

// moto (PyPI) is an S3 of its own; where it is not installed (pip install 'moto[server]') nothing here is tried.
const program = 'moto_server'
const there = spawnSync(program, ['--help']).status === 0

describe.skipIf(!there)('an S3-compatible store', () => {
  let env: Record<string, string>
  let stop: () => void
  beforeAll(async () => {
    const port = await freePort('127.0.0.1')
    const server = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
    stop = () => void server.kill()
    const url = `http://127.0.0.1:${port}`
    await vi.waitFor(async () => expect((await fetch(`${url}/backups`, { method: 'PUT' })).ok).toBe(true), 30_000)
    env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_ENDPOINT_URL_S3: url }
  })
  afterAll(() => stop())

  test('gives back what it was given, under any name', async () => {
    const place = placeOf('s3://backups/of atlas/monday', env)
    expect(await place.write(Readable.from([Buffer.alloc(3_000_000, 7), Buffer.from('end')]))).toBe(3_000_003)
    const kept = await place.read(async (file) => readFileSync(file))
    expect([kept.length, kept.subarray(-3).toString()]).toEqual([3_000_003, 'end'])
  })

  test('says what is missing', async () => {
    const read = (target: string) => placeOf(target, env).read(async () => undefined)
    await expect(read('s3://backups/none')).rejects.toMatchObject({ code: 'not_found' })
    await expect(read('s3://nowhere/none')).rejects.toThrow('NoSuchBucket')
  })
})

test('a store without credentials is refused by the names of what to set', () => {
  expect(() => placeOf('s3://backups/x', {})).toThrow('AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY')
  const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }
  expect(() => placeOf('s3://backups', env)).toThrow('names no object')
})

test('a file that cannot be written or read is refused by its name and the reason', async () => {
  await expect(placeOf('/nowhere/atlas.backup', {}).write(Readable.from(['x']))).rejects.toMatchObject({
    code: 'config_invalid',
    message: '/nowhere/atlas.backup cannot be written: its folder is not there.',
  })
  await expect(placeOf('/nowhere/atlas.backup', {}).read(async () => 0)).rejects.toThrow('it is not there')
})

test('what fails while a sealed backup is made fails the backup, not the process', async () => {
  async function* frames(): AsyncGenerator<Buffer> {
    yield Buffer.from('one')
    throw new Error('the database went away')
  }
  const bytes = Readable.from(seal(frames(), { version: '0', passphrase: 'a passphrase' }))
  await expect(buffer(bytes)).rejects.toThrow('the database went away')
})
