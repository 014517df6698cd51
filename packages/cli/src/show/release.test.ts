import { createColors } from 'picocolors'
import { expect, test } from 'vitest'
import { showRelease } from './deploys.ts'

test('a release is told with its commit, its images and each time it was deployed', () => {
  const text = showRelease(
    {
      release: {
        project: 'shop',
        tag: 'v1.2.3-uat-20241215-1430',
        version: '1.2.3',
        url: 'https://example.org/shop.git',
        ref: 'main',
        commit: 'a'.repeat(40),
        tree: 'b'.repeat(40),
        base: null,
        dirty: false,
        images: { backend: 'sha256:c0ffee' },
        created_at: '2024-12-15T14:30:00.000Z',
        served_in: ['uat'],
      },
      deployments: [
        {
          operation: '3833d375-b4e9-4699-a190-fe95c4598535',
          kind: 'deploy',
          environment: 'uat',
          infrastructure: 'fleet',
          plan_hash: 'd'.repeat(64),
          environment_version: 'e'.repeat(64),
          served_at: null,
          spec: {},
          proxy: {},
          infrastructure_spec: null,
        },
      ],
    },
    createColors(false),
  )
  expect(text).toContain(`commit ${'a'.repeat(40)} of main in https://example.org/shop.git`)
  expect(text).toContain('image  backend sha256:c0ffee')
  expect(text).toMatch(/3833d375-\S+ +deploy +uat +never +dddddddd +eeeeeeee/)
})
