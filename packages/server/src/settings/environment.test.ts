import { isAtlasError } from '@atlas/core'
import { expect, test } from 'vitest'
import { readEnvironment } from './environment.ts'

const refusal = (raw: Record<string, string>) => {
  try {
    readEnvironment(raw)
  } catch (error) {
    if (isAtlasError(error, 'config_invalid')) return error
    throw error
  }
  return expect.fail('it was accepted')
}

test('nothing set gives the defaults and no credential', () => {
  expect(readEnvironment({})).toMatchObject({
    credential: undefined,
    ATLAS_EVENT_DAYS: 90,
    ATLAS_WEBHOOK_LOOPBACK: false,
    digitalOceanUrl: 'https://api.digitalocean.com',
    ATLAS_ENVIRONMENT_CREDENTIALS_FOR: ['default'],
    VAULT_KV_MOUNT: 'secret',
    VAULT_KV_PATH: 'atlas/{workspace}/{provider}',
    ATLAS_PATROL_MINUTES: 10,
    ATLAS_SANDBOX_BACKEND: 'auto',
    LOG_LEVEL: 'info',
  })
})

test.each(['DO_TOKEN', 'DIGITALOCEAN_API_TOKEN'])('%s alone is the credential', (name) => {
  expect(readEnvironment({ [name]: 'dop_v1_abc', DIGITALOCEAN_API_URL: 'http://127.0.0.1:8080/' }).credential).toEqual({
    token: 'dop_v1_abc',
    url: 'http://127.0.0.1:8080',
  })
})

test('an empty variable counts as absent', () => {
  expect(readEnvironment({ DO_TOKEN: '', LOG_LEVEL: '' })).toMatchObject({ credential: undefined, LOG_LEVEL: 'info' })
})

test('two different tokens are refused, two equal ones are one', () => {
  expect(refusal({ DO_TOKEN: 'one', DIGITALOCEAN_API_TOKEN: 'other' }).hint).toBe('unset one of them')
  expect(readEnvironment({ DO_TOKEN: 'one', DIGITALOCEAN_API_TOKEN: 'one' }).credential?.token).toBe('one')
})

test('a token never goes to another computer in clear', () => {
  const error = refusal({ DO_TOKEN: 'dop_v1_abc', DIGITALOCEAN_API_URL: 'http://api.example.com' })
  expect(error.message).toContain('in clear')
})

test.each([
  ['a key of the vault that is none', { ATLAS_VAULT_KEY: 'c2hvcnQ=' }, /ATLAS_VAULT_KEY.*32 bytes/],
  ['a source that there is not', { ATLAS_CREDENTIAL_SOURCES: 'sealed,keychain' }, /ATLAS_CREDENTIAL_SOURCES/],
  ['Vault without a way in', { ATLAS_CREDENTIAL_SOURCES: 'vault', VAULT_ADDR: 'https://vault:8200' }, /way in/],
  ['Vault in clear', { VAULT_ADDR: 'http://vault.example.com:8200', VAULT_TOKEN: 'hvs.x' }, /VAULT_ADDR.*in clear/],
  ['a Context Manager in clear', { CONTEXT_MANAGER_URL: 'http://context:3002' }, /CONTEXT_MANAGER_URL.*in clear/],
  ['one path for all workspaces', { VAULT_KV_PATH: 'atlas/shared' }, /VAULT_KV_PATH.*\{workspace\}/],
])('%s is refused', (_what, raw, message) => {
  expect(refusal(raw).message).toMatch(message)
})

test('every fault is named at once, and no value is repeated', () => {
  const error = refusal({ LOG_LEVEL: 'loud', ATLAS_TOKEN: 'short-secret', DATABASE_URL: 'mysql://u:pw@h/d' })
  expect(error.problems.map(({ where }) => where).sort()).toEqual(['ATLAS_TOKEN', 'DATABASE_URL', 'LOG_LEVEL'])
  expect(error.message).not.toMatch(/short-secret|pw@h/)
})
