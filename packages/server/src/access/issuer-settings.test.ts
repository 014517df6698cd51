import { expect, test } from 'vitest'
import { readEnvironment } from '../settings/environment.ts'

const issuer = { ATLAS_OIDC_ISSUER: 'https://login.example.com', ATLAS_OIDC_AUDIENCE: 'atlas' }

test('no issuer, no settings', () => {
  expect(readEnvironment({}).issuer).toBeUndefined()
})

test('an issuer alone means that claims say workspace and role outright', () => {
  expect(readEnvironment(issuer).issuer).toEqual({
    issuer: 'https://login.example.com',
    audience: 'atlas',
    workspaceClaim: 'atlas_workspace',
    workspaces: undefined,
    roleClaim: 'atlas_role',
    roles: new Map([
      ['viewer', 'viewer'],
      ['operator', 'operator'],
      ['admin', 'admin'],
    ]),
    algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    clockTolerance: 30,
  })
})

test.each([
  ['no audience', { ATLAS_OIDC_AUDIENCE: '' }, /ATLAS_OIDC_AUDIENCE is not/],
  ['plain http', { ATLAS_OIDC_ISSUER: 'http://login.example.com' }, /in clear/],
  ['a role that there is not', { ATLAS_OIDC_ROLES: 'ops=god' }, /ATLAS_OIDC_ROLES/],
  ['a shared secret', { ATLAS_OIDC_ALGORITHMS: 'RS256,HS256' }, /ATLAS_OIDC_ALGORITHMS/],
  ['no signature', { ATLAS_OIDC_ALGORITHMS: 'none' }, /ATLAS_OIDC_ALGORITHMS/],
])('%s is refused', (_what, more, message) => {
  expect(() => readEnvironment({ ...issuer, ...more })).toThrow(message)
})
