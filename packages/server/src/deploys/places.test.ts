import type { InfrastructureRecord } from '@atlas/store'
import { expect, test } from 'vitest'
import { checkBuilder } from './places.ts'

const resources = ['master', 'web1'].map((resource) => ({ type: 'machine', resource }))
const fleet = { name: 'fleet', resources } as InfrastructureRecord

test('whoever is to build is a machine of the fleet, or the computer of the server', () => {
  for (const builder of ['web1', 'local', undefined])
    expect(() => checkBuilder({ ...(builder && { builder }) }, fleet)).not.toThrow()
  expect(() => checkBuilder({ builder: 'web7' }, fleet)).toThrow(
    expect.objectContaining({
      code: 'deploy_impossible',
      message: '"builder" is web7, and fleet has no machine of that name.',
      hint: '"builder": "web1" in deployment_config.json  (there are: master, web1, local)',
    }),
  )
})
