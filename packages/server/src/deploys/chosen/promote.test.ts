import { AtlasError, type Release } from '@atlas/core'
import type { Service } from '@atlas/deploy'
import { expect, test } from 'vitest'
import { asBuilt } from './promote.ts'

const release = { project: 'shop', tag: 'v1.0.0-test-20261120-1200', images: {} } as unknown as Release
const web = { name: 'web', containerfile: 'Containerfile' } as Service

test('what was never built is to be deployed where the configured order of promotion begins', () => {
  const refusal = new AtlasError(
    'deploy_impossible',
    'v1.0.0-test-20261120-1200 has no image of web: it did not serve test as a container.',
    { hint: 'atlas deploy test shop' },
  )
  expect(() => asBuilt(web, release, { promotion: ['test', 'uat', 'prod'] })).toThrow(refusal)
})
