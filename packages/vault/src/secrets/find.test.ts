import { AtlasError } from '@atlas/core'
import { expect, test } from 'vitest'
import { environmentSecrets } from './environment.ts'
import { findSecrets } from './find.ts'
import { pick, type SecretSource } from './source.ts'

const place = { workspace: 'default', project: 'hostomatic', environment: 'prod' }
const wanted = [{ name: 'db_password', variables: ['HOSTOMATIC_PROD_DB_PASSWORD', 'PROD_DB_PASSWORD', 'DB_PASSWORD'] }]

function source(name: string, has: Record<string, string> | Error) {
  const asked: string[][] = []
  const one: SecretSource = {
    name,
    async read(_, names) {
      asked.push([...names])
      if (has instanceof Error) throw has
      return pick(has, names)
    },
  }
  return { ...one, asked }
}
const found = async (...sources: SecretSource[]) => {
  const { value, source, variable } = (await findSecrets(sources, place, wanted)).get('db_password') ?? {}
  return value && `${value} ${variable} ${source}`
}

test('the most particular name wins, in whatever source it is', async () => {
  const general = source('first', { DB_PASSWORD: 'one' })
  const middle = source('second', { PROD_DB_PASSWORD: 'two' })
  const own = source('third', { HOSTOMATIC_PROD_DB_PASSWORD: 'three' })
  expect(await found(general, middle, own)).toBe('three HOSTOMATIC_PROD_DB_PASSWORD third')
  expect(await found(general, middle)).toBe('two PROD_DB_PASSWORD second')
  expect(await found(general)).toBe('one DB_PASSWORD first')
  expect(await found()).toBeUndefined()
})

test('of sources that have the same name, the first one serves', async () => {
  const one = source('first', { PROD_DB_PASSWORD: 'one' })
  const other = source('second', { PROD_DB_PASSWORD: 'other' })
  expect(await found(one, other)).toBe('one PROD_DB_PASSWORD first')
  expect(await found(other, one)).toBe('other PROD_DB_PASSWORD second')
})

test('an empty value is none', async () => {
  const empty = source('first', { HOSTOMATIC_PROD_DB_PASSWORD: '', DB_PASSWORD: 'one' })
  expect(await found(empty)).toBe('one DB_PASSWORD first')
})

test('a source that cannot be asked is an error that names it, never a secret that is missing', async () => {
  const down = source('vault', new AtlasError('credential_unavailable', 'Vault did not answer.', { hint: 'start it' }))
  const error = await found(source('first', { DB_PASSWORD: 'one' }), down).catch((caught) => caught)
  expect(error).toMatchObject({
    code: 'secret_unavailable',
    message: 'Secrets of hostomatic prod cannot be looked up in vault: Vault did not answer.',
    hint: 'start it; or leave vault out of ATLAS_SECRET_SOURCES',
  })
})

test('a source is asked once for all, and not at all where those before it settle the matter', async () => {
  const two = [...wanted, { name: 'key', variables: ['HOSTOMATIC_PROD_KEY'] }]
  const first = source('first', { HOSTOMATIC_PROD_DB_PASSWORD: 'one', HOSTOMATIC_PROD_KEY: 'two' })
  const down = source('vault', new AtlasError('credential_unavailable', 'Vault did not answer.'))
  expect([...(await findSecrets([first, down], place, two)).keys()]).toEqual(['db_password', 'key'])
  expect([first.asked.length, down.asked.length]).toEqual([1, 0])
})

test('what opens the server itself is no service’s, nor is its environment every workspace’s', async () => {
  const variables = { DB_PASSWORD: 'one', ATLAS_TOKEN: 'two', constructor: undefined }
  const environment = environmentSecrets({ variables, serves: ['default'], never: new Set(['ATLAS_TOKEN']) })
  const names = ['ATLAS_TOKEN', 'DB_PASSWORD', 'toString']
  expect([...(await environment.read(place, names)).keys()]).toEqual(['DB_PASSWORD'])
  expect([...(await environment.read({ ...place, workspace: 'team' }, names)).keys()]).toEqual([])
})
