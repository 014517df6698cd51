import { renderText, type Work } from '@atlas/core'
import { expect, test } from 'vitest'
import { firstDeploy, releaseOf, servingAfter } from './input.fixture.ts'
import type { DeployInput } from './input.ts'
import { planDeploy } from './plan.ts'

const workFor = (more: Partial<DeployInput> = {}) => planDeploy(firstDeploy(more)).work!
const serving = servingAfter(firstDeploy())
const next = { release: releaseOf('v1.2.4-uat-20241216-0900', 'b'), serving, assigned: serving.spec.ports, revision: 2 }

/** Everything that must be done before a step, however far back. */
function before(work: readonly Work[], n: number): Set<number> {
  const found = new Set<number>()
  const open = [n]
  for (let one = open.pop(); one !== undefined; one = open.pop())
    for (const needed of work[one]!.dependsOn) if (!found.has(needed) && found.add(needed)) open.push(needed)
  return found
}

test('what is read of a plan', async () => {
  await expect(renderText(planDeploy(firstDeploy()))).toMatchFileSnapshot('__cases__/first-deploy.txt')
  await expect(renderText(planDeploy(firstDeploy(next)))).toMatchFileSnapshot('__cases__/next-deploy.txt')
})

test('traffic moves only when every service on every machine is healthy', () => {
  const work = workFor(next)
  const needed = before(
    work,
    work.findIndex(({ phase }) => phase === 'switch'),
  )
  const probes = work.filter(({ action }) => action === 'probe')
  expect(probes).toHaveLength(4)
  expect(probes.every(({ n }) => needed.has(n))).toBe(true)
})

test('nothing is stopped, and no tag is made, before traffic has moved', () => {
  const work = workFor(next)
  const moved = work.findIndex(({ phase }) => phase === 'switch')
  for (const { n, phase } of work) if (phase === 'finish') expect(before(work, n)).toContain(moved)
})

test('what was started is withdrawn only behind the route, so traffic never points at nothing', () => {
  const work = workFor(next)
  const restored = work.findIndex(({ action }) => action === 'restore')
  const withdrawn = work.filter(({ action }) => action === 'withdraw')
  expect(withdrawn.map(({ dependsOn }) => dependsOn)).toEqual([[restored], [restored]])
})

test('the new release starts at other ports than the old one, and after that they change back', () => {
  const ports = (work: readonly Work[]) =>
    work.flatMap(({ action, specifications }) => (action === 'start' ? [specifications.port] : []))
  const first = ports(workFor())
  const second = ports(workFor(next))
  expect(second.some((port) => first.includes(port))).toBe(false)
  expect(
    ports(workFor({ ...next, release: releaseOf('v1.2.5', 'c'), serving: servingAfter(firstDeploy(next)) })),
  ).toEqual(first)
})

test('what serves already, as it is wanted, needs no step', () => {
  expect(workFor({ serving, assigned: serving.spec.ports })).toEqual([])
})

test.each<[string, Partial<DeployInput>]>([
  ['a variable or secret', { environmentVersion: 'e2' }],
  ['a machine', { webs: [{ name: 'web1', id: '9', address: '10.0.0.3' }] }],
  [
    'a machine of the same name',
    {
      webs: [
        { name: 'web1', id: '7', address: '10.0.0.3' },
        { name: 'web2', id: '3', address: '10.0.0.4' },
      ],
    },
  ],
  ['a domain', { domain: { host: 'hostomatic.example', service: 'frontend' } }],
])('the same commit is deployed again where %s is another', (_, more) => {
  expect(workFor({ serving, assigned: serving.spec.ports, ...more })).not.toEqual([])
})

test('a machine that is left is emptied', () => {
  const work = workFor({ ...next, webs: [{ name: 'web1', id: '9', address: '10.0.0.3' }] })
  const left = work.filter(({ resource, phase }) => phase === 'finish' && resource.endsWith('@web2'))
  expect(
    left.map(({ action, specifications }) => [action, specifications.keep ?? (specifications.stays === null && [])]),
  ).toEqual([
    ['stop', []],
    ['prune', []],
  ])
})

test('only a deploy makes a tag: a promotion and a way back have theirs', () => {
  const tags = (kind: DeployInput['kind']) => workFor({ ...next, kind }).filter(({ action }) => action === 'tag').length
  expect([tags('deploy'), tags('promote'), tags('rollback')]).toEqual([1, 0, 0])
})
