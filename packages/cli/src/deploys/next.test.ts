import type { Planned } from '@atlas/client'
import { expect, test } from 'vitest'
import { nextOf } from './deploy.ts'

const place = { project: 'hostomatic', environment: 'prod' } as const
const lines = (deployment: object) =>
  nextOf({ deployment } as Pick<Planned, 'deployment'>, place).map(({ line }) => line)

test('after a deploy the way back is named, after a way back the one forward again', () => {
  expect(lines({ kind: 'deploy', from: 'v1', release: 'v2' })).toContain('atlas rollback hostomatic prod')
  expect(lines({ kind: 'rollback', from: 'v2', release: 'v1' })).toContain('atlas rollback hostomatic prod --tag v2')
  expect(lines({ kind: 'rollback', from: 'v2', release: 'v2' })).toContain('atlas rollback hostomatic prod')
})

test('a commit is promoted next, a working tree is not', () => {
  const inUat = { project: 'hostomatic', environment: 'uat' } as const
  const planned = { deployment: { kind: 'deploy', from: 'v1', release: 'v2' } } as Pick<Planned, 'deployment'>
  const promotes = (request: Parameters<typeof nextOf>[1]) =>
    nextOf(planned, request).some(({ line }) => line === 'atlas deploy prod hostomatic')
  expect([promotes(inUat), promotes({ ...inUat, working_tree: '8c3bf6435b' })]).toEqual([true, false])
})

test('what is promoted next is what the configured order says', () => {
  const config = '{"projects":{"hostomatic":{"promotion":["test","uat","prod"]}}}'
  const next = (environment: 'test' | 'uat' | 'prod', own?: string) =>
    nextOf({} as Pick<Planned, 'deployment'>, { project: 'hostomatic', environment, config: own })
      .map(({ line }) => line)
      .filter((line) => line.startsWith('atlas deploy'))
  expect(next('test', config)).toEqual(['atlas deploy uat hostomatic'])
  expect(next('uat', config)).toEqual(['atlas deploy prod hostomatic'])
  expect(next('prod', config)).toEqual([])
  expect(next('test')).toEqual([])
})

test('what is configured in another folder is promoted by that', () => {
  const next = (config_file: string) =>
    nextOf({} as Pick<Planned, 'deployment'>, { project: 'hostomatic', environment: 'uat', config_file }).map(
      ({ line }) => line,
    )
  expect(next('config/deployment_config.json')).toContain('atlas deploy prod hostomatic')
  expect(next('my config/deployment_config.json')).toContain("atlas deploy prod hostomatic --config 'my config'")
})
