import type { Plan } from '@atlas/core'
import type { EnvironmentRecord } from '@atlas/store'
import { expect, test } from 'vitest'
import { keptBy } from './working-trees.ts'

const served = (...all: [tag: string, kind: string][]) =>
  ({ served: all.map(([tag, kind]) => ({ kind, release: { tag } })) }) as unknown as EnvironmentRecord
const pruning = (...keep: string[]) =>
  ({ work: [{ action: 'prune', specifications: { keep } }] }) as unknown as Pick<Plan, 'work'>

test('what a deploy leaves on machines is kept, and what it took away is not', () => {
  const environment = served(['v4', 'deploy'], ['v3', 'deploy'], ['v2', 'deploy'], ['v1', 'deploy'])
  expect([...keptBy(environment, pruning('v3', 'v2'))].sort()).toEqual(['v2', 'v3', 'v4'])
})

test('what came to other machines meanwhile is kept beside it', () => {
  const environment = served(['v3', 'place'], ['v3', 'deploy'], ['v2', 'deploy'], ['v1', 'deploy'])
  expect([...keptBy(environment, pruning('v2'))].sort()).toEqual(['v2', 'v3'])
})

test('where nothing is pruned all is kept', () => {
  expect([...keptBy(served(['v2', 'deploy'], ['v1', 'deploy']), { work: [] })]).toEqual(['v2', 'v1'])
})
