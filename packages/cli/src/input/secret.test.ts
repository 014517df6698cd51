import { isAtlasError } from '@atlas/core'
import { expect, test } from 'vitest'
import { inspectTerminal } from '../terminal.ts'
import { credentialFields } from './secret.ts'

const place = (input: string, env = {}) => ({
  env,
  json: false,
  terminal: inspectTerminal({ env: {}, stdin: {}, stdout: {} }),
  standardInput: async () => input,
})

test('plain text is a token, JSON says each field', async () => {
  expect(await credentialFields(place('dop_v1_x\n'), 'digitalocean', undefined)).toEqual({ token: 'dop_v1_x' })
  expect(await credentialFields(place('{"id":"a","key":"b"}'), 'aws', undefined)).toEqual({ id: 'a', key: 'b' })
  expect(await credentialFields(place('', { TOKEN: 'y' }), 'digitalocean', 'TOKEN')).toEqual({ token: 'y' })
})

test.each([
  ['nothing', '', undefined],
  ['broken JSON', '{"token": dop_v1_secret', undefined],
  ['JSON of something else', '{"token": ["dop_v1_secret"]}', undefined],
  ['the credential for the name of a variable', '', 'dop_v1_secret'],
])('%s is refused, and not repeated', async (_what, input, variable) => {
  const error = await credentialFields(place(input), 'digitalocean', variable).catch((caught) => caught)
  expect(isAtlasError(error, 'usage')).toBe(true)
  expect(`${error.message} ${error.hint}`).not.toContain('dop_v1_secret')
})
