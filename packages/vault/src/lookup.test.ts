import { AtlasError } from '@atlas/core'
import { expect, test } from 'vitest'
import type { CredentialSource } from './credential.ts'
import { lookupIn } from './lookup.ts'
import { environmentSource } from './sources/environment.ts'

const source = (name: string, token: string | undefined | Error): CredentialSource => ({
  name,
  async read() {
    if (token instanceof Error) throw token
    return token === undefined ? undefined : { fields: { token } }
  },
})

test('the first source that has one serves, and is named', async () => {
  const loaded: string[] = []
  const learn = ({ fields }: { fields: Readonly<Record<string, string>> }) => void loaded.push(fields.token!)
  const lookup = lookupIn([source('a', undefined), source('b', 'of b'), source('c', 'of c')], learn)
  expect(await lookup('w', 'digitalocean')).toMatchObject({ source: 'b', secret: { fields: { token: 'of b' } } })
  expect(loaded).toEqual(['of b'])
  expect(await lookupIn([], learn)('w', 'digitalocean')).toBeUndefined()
})

test('a source that cannot be asked ends the search: the next may know another account', async () => {
  const down = new AtlasError('credential_unavailable', 'it is down')
  await expect(lookupIn([source('a', down), source('b', 'of b')], () => {})('w', 'p')).rejects.toBe(down)
})

test('one that refuses says how it is left out', async () => {
  const refusing = new AtlasError('config_invalid', 'it refuses', { hint: 'let it' })
  await expect(lookupIn([source('a', refusing)], () => {})('w', 'p')).rejects.toMatchObject({
    code: 'config_invalid',
    hint: 'let it; or leave a out of ATLAS_CREDENTIAL_SOURCES',
  })
})

test('the environment’s credentials serve the workspaces named, and no other', async () => {
  const named = environmentSource({ digitalocean: { token: 't' } }, ['default', 'blue'])
  expect(await named.read('blue', 'digitalocean')).toEqual({ fields: { token: 't' } })
  expect(await named.read('red', 'digitalocean')).toBeUndefined()
  expect(await named.read('blue', 'aws')).toBeUndefined()
  expect(await environmentSource({ digitalocean: { token: 't' } }, ['*']).read('red', 'digitalocean')).toBeDefined()
})

test('a fingerprint is one for the same credential, whoever keeps it, and another for any other', async () => {
  const print = async (name: string, token: string) =>
    (await lookupIn([source(name, token)], () => {})('w', 'digitalocean'))?.fingerprint
  expect(await print('a', 'one')).toBe(await print('b', 'one'))
  expect(await print('a', 'one')).not.toBe(await print('a', 'two'))
})
