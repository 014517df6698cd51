import { renderText, type Work } from '@atlas/core'
import { expect, test } from 'vitest'
import type { Site } from '../proxies/proxy.ts'
import type { Aim } from './aim.ts'
import { firstDeploy, releaseOf, servingAfter } from './input.fixture.ts'
import type { DeployInput, Service } from './input.ts'
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

const migrating = (more: Partial<DeployInput> = {}): Partial<DeployInput> => ({
  ...more,
  services: firstDeploy().services.map((service) => ({
    ...service,
    release: { command: `npm run ${service.name}`, timeout_s: 60 },
  })),
})

test('release commands run once each, one after the other, when all is healthy and before traffic moves', () => {
  const work = workFor(migrating())
  const once = work.filter(({ action }) => action === 'once')
  expect(once.map(({ resource }) => resource)).toEqual(['hostomatic/uat/backend@web1', 'hostomatic/uat/frontend@web1'])
  const needed = before(work, once[0]!.n)
  expect(work.filter(({ n, action }) => action === 'probe' && needed.has(n))).toHaveLength(4)
  expect(before(work, once[1]!.n)).toContain(once[0]!.n)
  const moved = work.findIndex(({ phase }) => phase === 'switch')
  expect(before(work, moved)).toContain(once[1]!.n)
})

test('a service that goes on as it is does not run its release command again', () => {
  const first = migrating()
  const serving = servingAfter(firstDeploy(first))
  const [backend, frontend] = first.services as [Service, Service]
  const services = [{ ...backend, env: { LOG: 'warn' } }, frontend]
  const work = workFor({ ...first, services, serving, assigned: serving.spec.ports })
  expect(namesOf(work, 'once')).toEqual(['hostomatic/uat/backend@web1'])
})

test('a way back runs no release command', () => {
  const work = workFor(migrating({ ...next, kind: 'rollback' }))
  expect(work.filter(({ action }) => action === 'once')).toEqual([])
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

test('what serves already, as it is wanted, needs no step unless it is asked for again', () => {
  expect(workFor({ serving, assigned: serving.spec.ports })).toEqual([])
  expect(workFor({ serving, assigned: serving.spec.ports, again: true })).not.toEqual([])
})

test.each<[string, Partial<DeployInput>]>([
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
  expect(left.map(({ action, specifications }) => [action, specifications.keep ?? specifications.stays])).toEqual([
    ['stop', []],
    ['prune', []],
  ])
})

test('only a deploy makes a tag: a promotion and a way back have theirs', () => {
  const tags = (kind: DeployInput['kind']) => workFor({ ...next, kind }).filter(({ action }) => action === 'tag').length
  expect([tags('deploy'), tags('promote'), tags('rollback')]).toEqual([1, 0, 0])
})

const secretive = (version: string): Partial<DeployInput> => {
  const [backend, frontend] = firstDeploy().services as [Service, Service]
  return { services: [{ ...backend, secrets: ['db_password'] }, frontend], secretVersions: { db_password: version } }
}
const withSecret = firstDeploy(secretive('1'))
const servesSecret = servingAfter(withSecret)
const rotated = { ...secretive('2'), serving: servesSecret, assigned: servesSecret.spec.ports }
const namesOf = (work: readonly Work[], wanted: Work['action']) =>
  work.flatMap(({ action, resource }) => (action === wanted ? [resource] : []))

test('a secret that changed starts what uses it anew, in its other slot, and leaves the rest where it runs', () => {
  const work = workFor(rotated)
  const places = (wanted: Work['action']) => namesOf(work, wanted)
  expect(places('start')).toEqual(['hostomatic/uat/backend@web1', 'hostomatic/uat/backend@web2'])
  expect(places('probe')).toEqual(places('start'))
  const [stop] = work.filter(({ action }) => action === 'stop')
  expect(stop!.specifications.stays).toEqual([
    { service: 'backend', slot: 'b' },
    { service: 'frontend', slot: 'a' },
  ])
  expect(stop!.reason).toBe('backend of v1.2.3-uat-20241215-1430 serves no longer')
  const [withdraw] = work.filter(({ action }) => action === 'withdraw')
  expect(withdraw!.specifications.stays).toEqual([
    { service: 'backend', slot: 'a' },
    { service: 'frontend', slot: 'a' },
  ])
})

test('the route leads to the new instances of what changed and to the old ones of what did not', () => {
  const site = (work: readonly Work[]) =>
    (work.find(({ action }) => action === 'switch')!.specifications as unknown as { site: Site }).site.routes
  const [before, after] = [site(workFor(secretive('1'))), site(workFor(rotated))]
  expect(after[1]).toEqual(before[1])
  expect(after[0]).not.toEqual(before[0])
})

test('a release stays on the machines for as long as a service runs from it', () => {
  let serving = servesSecret
  for (const version of ['2', '3', '4']) {
    const release = releaseOf(`v1.2.3-uat-20241215-150${version}`, 'a')
    const input = firstDeploy({ ...secretive(version), release, serving, assigned: serving.spec.ports })
    const pruned = planDeploy(input).work!.filter(({ action }) => action === 'prune')
    for (const { specifications } of pruned) expect(specifications.keep).toContain('v1.2.3-uat-20241215-1430')
    serving = servingAfter(input)
  }
  expect(serving.spec.running.frontend).toMatchObject({ slot: 'a', release: 'v1.2.3-uat-20241215-1430' })
  expect(serving.spec.running.backend).toMatchObject({ slot: 'b', secrets: { db_password: '4' } })
})

test('a machine that joins gets all services, from the releases that they run from elsewhere', () => {
  const release = releaseOf('v1.2.3-uat-20241215-1500', 'a')
  const second = servingAfter(firstDeploy({ ...rotated, release }))
  const webs = [...firstDeploy().webs, { name: 'web3', id: '5', address: '10.0.0.5' }]
  const third = { ...secretive('2'), serving: second, webs, release: releaseOf('v1.2.3-uat-20241215-1600', 'a') }
  const work = workFor({ ...third, assigned: second.spec.ports })
  expect(namesOf(work, 'start')).toEqual(['hostomatic/uat/backend@web3', 'hostomatic/uat/frontend@web3'])
  const delivered = work
    .filter(({ action }) => action === 'deliver')
    .map(({ specifications }) => specifications.release)
  expect(delivered).toEqual([release.tag, 'v1.2.3-uat-20241215-1430'])
})

test('where a machine leaves, requests to what it ran are let end', () => {
  const webs = firstDeploy().webs.slice(0, 1)
  const work = workFor({ serving, assigned: serving.spec.ports, webs })
  expect(namesOf(work, 'start')).toEqual([])
  expect(work.find(({ action }) => action === 'drain')!.specifications.seconds).toBe(30)
})

test('what leads to traffic moving is fetched first, also where nothing is to be started', () => {
  const domain = { host: 'hostomatic.example', service: 'frontend' }
  const work = workFor({ serving, assigned: serving.spec.ports, domain })
  expect(work.map(({ action }) => action)).toEqual([
    ...['fetch', 'switch', 'tag', 'drain', 'stop', 'prune', 'stop', 'prune', 'restore', 'withdraw', 'withdraw'],
  ])
  expect(before(work, 1)).toContain(0)
})

const contained = (image?: string): Partial<DeployInput> => ({
  services: firstDeploy().services.map((service) => ({
    ...service,
    platform: 'docker',
    containerfile: `${service.path}/Containerfile`,
    ...(image && { image }),
  })),
})

test('each image is built once, on one machine, before anything is delivered anywhere', () => {
  const work = workFor(contained())
  const built = work.filter(({ action }) => action === 'build')
  expect(built.map(({ resource }) => resource)).toEqual(['hostomatic/backend@web1', 'hostomatic/frontend@web1'])
  for (const { action, n } of work)
    if (action === 'deliver') for (const one of built) expect(before(work, n)).toContain(one.n)
})

test('what has a digest is never built again, and one that serves goes on unless another was asked for', () => {
  const first = firstDeploy(contained('sha256:one'))
  expect(namesOf(planDeploy(first).work!, 'build')).toEqual([])
  const now = servingAfter(first)
  const again = { serving: now, assigned: now.spec.ports }
  expect(workFor({ ...contained(), ...again })).toEqual([])
  expect(workFor({ ...contained('sha256:one'), ...again })).toEqual([])
  expect(namesOf(workFor({ ...contained('sha256:two'), ...again }), 'start')).toHaveLength(4)
})

test('a machine that only builds keeps the images of releases that stay', () => {
  const work = workFor({ ...contained(), builder: 'build1' })
  expect(namesOf(work, 'build')).toEqual(['hostomatic/backend@build1', 'hostomatic/frontend@build1'])
  const [pruned] = work.filter(({ action, resource }) => action === 'prune' && resource.endsWith('@build1'))
  expect(pruned!.specifications.keep).toEqual(['v1.2.3-uat-20241215-1430'])
  const [delivered] = work.filter(({ action }) => action === 'deliver')
  expect(delivered!.specifications.elsewhere).toEqual(['build1', 'web2'])
})

const balancers = { backend: { name: 'lb-backend', id: '91' }, frontend: { name: 'lb-frontend', id: '92' } }
const aimsIn = (work: readonly Work[], phase: Work['phase'], action: Work['action']) =>
  work
    .filter((one) => one.phase === phase && one.action === action)
    .map(({ resource, specifications }) => ({
      resource,
      aims: specifications.aims as unknown as Aim[] | undefined,
      site: specifications.site as unknown as Site | undefined,
    }))
const sent = (aims: Aim[] | undefined) => aims?.map(({ balancer, machines }) => `${balancer} → ${machines.join(' ')}`)

test('load balancers of the cloud are sent to the ports of the new slot, and back to those of the old', () => {
  const balanced = servingAfter(firstDeploy({ balancers }))
  const work = workFor({ ...next, serving: balanced, balancers })
  const [moved] = aimsIn(work, 'switch', 'switch')
  expect(moved!.resource).toBe('hostomatic/uat@lb-backend+lb-frontend')
  expect(sent(moved!.aims)).toEqual(['lb-backend → web1 web2', 'lb-frontend → web1 web2'])
  const [restored] = aimsIn(work, 'withdraw', 'restore')
  expect(sent(restored!.aims)).toEqual(sent(moved!.aims))
  const portsIn = (aims: Aim[] | undefined) => aims!.map(({ port }) => port)
  const portsOf = (slot: string) => balanced.spec.ports.filter((one) => one.slot === slot).map(({ port }) => port)
  expect([portsIn(moved!.aims), portsIn(restored!.aims)]).toEqual([portsOf('b'), portsOf('a')])
  expect(work.filter(({ specifications }) => specifications.site)).toEqual([])
})

test('where a first deploy fails, its load balancers lead nowhere', () => {
  const [restored] = aimsIn(workFor({ balancers }), 'withdraw', 'restore')
  expect(sent(restored!.aims)).toEqual(['lb-backend → ', 'lb-frontend → '])
})

test('the former door is closed once requests come to another, and until then stays open', () => {
  const work = workFor({ ...next, balancers })
  expect(aimsIn(work, 'finish', 'switch')).toMatchObject([{ resource: 'hostomatic/uat@master', site: { routes: [] } }])
  expect(aimsIn(work, 'withdraw', 'restore')).toMatchObject([{ resource: 'hostomatic/uat@lb-backend+lb-frontend' }])
  const closed = work.find(({ phase, action }) => phase === 'finish' && action === 'switch')!
  for (const { n, action } of work) if (action === 'stop') expect(before(work, n)).toContain(closed.n)

  const back = workFor({ ...next, serving: servingAfter(firstDeploy({ balancers })) })
  const [left] = aimsIn(back, 'finish', 'switch')
  expect(sent(left!.aims)).toEqual(['lb-backend → ', 'lb-frontend → '])
})

test('the same commit is deployed again where a load balancer was made anew, and starts nothing', () => {
  const balanced = servingAfter(firstDeploy({ balancers }))
  const same = { serving: balanced, assigned: balanced.spec.ports }
  expect(workFor({ ...same, balancers })).toEqual([])
  const anew = { ...balancers, backend: { name: 'lb-backend', id: '93' } }
  const actions = workFor({ ...same, balancers: anew }).map(({ action }) => action)
  expect(actions).toContain('switch')
  expect(actions).not.toContain('start')
})
