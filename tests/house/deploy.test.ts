import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const text = (file: string) => readFileSync(join(root, file), 'utf8')
const variables = [...text('docs/configuration.md').matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name!)
const files = ['Dockerfile', 'deploy/compose.yaml', 'deploy/systemd/atlas.service', 'deploy/kubernetes/deployment.yaml']

test.each(files)('%s names no variable of Atlas that means nothing', (file) => {
  const named = [...text(file).matchAll(/\bATLAS_[A-Z_]+\b/g)].map(([name]) => name)
  expect(named.filter((name) => name !== 'ATLAS_DATA_DIR' && !variables.includes(name))).toEqual([])
})

test.each(['Dockerfile', 'deploy/kubernetes/deployment.yaml'])(
  '%s asks for the health at a path that is there',
  (file) => {
    const path = '/api/v1/health'
    expect(text(file)).toContain(path)
    expect(Object.keys((JSON.parse(text('packages/api/openapi.json')) as { paths: object }).paths)).toContain(path)
  },
)
