import { expect, test } from 'vitest'
import type { Tree } from '../platform.ts'
import { recipeOf } from './containerfile.ts'

const treeOf = (...files: string[]): Pick<Tree, 'read' | 'list'> => ({
  read: async (path) => (files.includes(path) ? 'FROM scratch\n' : undefined),
  list: async () => files,
})
const recipe = (config: { path?: string; containerfile_path?: string }, ...files: string[]) =>
  recipeOf('backend', { path: '.', ...config }, treeOf(...files) as Tree)

test.each([
  [
    'Containerfile before Dockerfile',
    { path: 'api' },
    ['api/Dockerfile', 'api/Containerfile'],
    'api/Containerfile',
    'api',
  ],
  ['Dockerfile', {}, ['Dockerfile'], 'Dockerfile', '.'],
  [
    'one that is named, with its folder',
    { containerfile_path: 'api/Dockerfile' },
    ['api/Dockerfile'],
    'api/Dockerfile',
    'api',
  ],
  [
    'one that is named, with the service’s folder',
    { containerfile_path: 'docker/api', path: 'api' },
    ['docker/api'],
    'docker/api',
    'api',
  ],
])('%s', async (_, config, files, containerfile, context) => {
  expect(await recipe(config, ...files)).toEqual({ containerfile, context })
})

test('where there is none, it is said where it was looked for and what is nearest', async () => {
  await expect(recipe({ path: 'api' }, 'api/Dockerfile.prod', 'web/Dockerfile')).rejects.toMatchObject({
    code: 'deploy_impossible',
    message: expect.stringContaining('no api/Containerfile and no api/Dockerfile'),
    problems: [{ where: 'api', found: expect.stringContaining('api/Dockerfile.prod') }],
    hint: expect.stringContaining('containerfile_path'),
  })
})
