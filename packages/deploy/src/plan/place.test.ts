import { hashOf, isWork, type Plan, type Step, type Work } from '@atlas/core'
import { expect, test } from 'vitest'
import { firstDeploy, servingAfter } from './input.fixture.ts'
import { planPlacement, type Tenant } from './place.ts'

const deployed = firstDeploy()
const { spec } = servingAfter(deployed)
const known = new Map([deployed.master, ...deployed.webs].map((machine) => [machine.name, machine]))
const tenant = (webs: string[], more: Partial<Tenant> = {}): Tenant => ({
  project: 'hostomatic',
  environment: 'uat',
  revision: 7,
  release: deployed.release,
  environmentVersion: 'e1',
  spec,
  keep: [],
  wanted: { master: 'master', webs },
  ...more,
})

const step = (n: number, action: Step['action'], resource: string, more: Partial<Step> = {}): Step => ({
  n,
  action,
  resource,
  type: 'machine',
  generation: 0,
  identity: 'i',
  reason: '',
  fields: [],
  monthly: 0,
  risk: {},
  dependsOn: [],
  specifications: {},
  needs: [],
  ...more,
})

function planOf(...steps: Step[]): Plan {
  const { infrastructure } = deployed
  const { name, ...where } = infrastructure
  const unhashed: Omit<Plan, 'hash'> = {
    ...where,
    format: 1,
    workspace: 'default',
    infrastructure: name,
    kind: 'apply',
    revision: 3,
    description: {},
    resources: [],
    steps,
    consentNeeded: [],
    warnings: [],
  }
  return { ...unhashed, hash: hashOf(unhashed) }
}

const short = ({ action, resource }: Work | Step) => `${action} ${resource}`
const told = ({ steps, work = [] }: Plan) =>
  [...steps, ...work].map(
    (one, n, all) =>
      `${n} ${short(one)}${isWork(one) && one.phase === 'withdraw' ? ' (only where it fails)' : ''} after ${one.dependsOn.map((before) => short(all[before]!)).join(', ') || '-'}`,
  )

test('a machine more: it is made, gets what serves now, is probed; then traffic', async () => {
  const plan = planPlacement(planOf(step(0, 'create', 'web3')), [tenant(['web1', 'web2', 'web3'])], known)
  await expect(`${told(plan).join('\n')}\n`).toMatchFileSnapshot('__cases__/place-more.txt')
  const start = plan.work!.find(({ action }) => action === 'start')!
  expect(start.specifications).toMatchObject({
    slot: 'a',
    turn: 7,
    release: deployed.release.tag,
    address: { $after: 'web3.private_ip' },
  })
  expect(plan.placed).toMatchObject([
    {
      kind: 'place',
      revision: 7,
      spec: { machines: ['web1', 'web2', 'web3'], running: spec.running, ports: spec.ports },
    },
  ])
  expect(plan.hash).not.toBe(planOf(step(0, 'create', 'web3')).hash)
})

test('to no machine but that of the load balancer: what serves is started there before traffic moves', () => {
  const plan = planPlacement(planOf(step(0, 'delete', 'web1'), step(1, 'delete', 'web2')), [tenant(['master'])], known)
  const before = told(plan).find((line) => line.includes(' switch '))
  expect(before).toMatch(/ after probe hostomatic\/uat\/backend@master, probe hostomatic\/uat\/frontend@master$/)
  expect(plan.work!.filter(({ action }) => action === 'withdraw').map(short)).toEqual([
    'withdraw hostomatic/uat@master',
  ])
})

test('a machine less: traffic away, drain, stop, and only then it is deleted', async () => {
  const plan = planPlacement(planOf(step(0, 'delete', 'web2')), [tenant(['web1'])], known)
  await expect(`${told(plan).join('\n')}\n`).toMatchFileSnapshot('__cases__/place-less.txt')
})

test('a machine that is made anew gets back what it served', () => {
  const createFirst = [step(0, 'create', 'web2'), step(1, 'delete', 'web2', { dependsOn: [0] })]
  const plan = planPlacement(planOf(...createFirst), [tenant(['web1', 'web2'])], known)
  expect(plan.work!.filter(({ action }) => action === 'deliver').map(short)).toEqual(['deliver hostomatic/uat@web2'])
  expect(told(plan)[1]).toMatch(/delete web2 after create web2, drain hostomatic\/uat@master/)
  const deleteFirst = [step(0, 'delete', 'web2'), step(1, 'create', 'web2', { dependsOn: [0] })]
  expect(told(planPlacement(planOf(...deleteFirst), [tenant(['web1', 'web2'])], known))[0]).toBe(
    '0 delete web2 after -',
  )
})

test('a master that is made anew gets its routes, a machine that restarts its instances', () => {
  const routes = planPlacement(planOf(step(0, 'create', 'master')), [tenant(['web1', 'web2'])], known)
  expect(routes.work!.filter(({ phase }) => phase !== 'withdraw').map(short)).toEqual(['switch hostomatic/uat@master'])
  const restart = planOf(step(0, 'update', 'web1', { risk: { downtime: 'web1 is off' } }))
  const again = planPlacement(restart, [tenant(['web1', 'web2'])], known)
  expect(
    again.work!.filter(({ action }) => action === 'start').every(({ resource }) => resource.endsWith('@web1')),
  ).toBe(true)
})

test('traffic of several environments moves only when all of them are healthy', () => {
  const both = [tenant(['web1', 'web2', 'web3']), tenant(['web1', 'web2', 'web3'], { environment: 'prod' })]
  const { steps, work = [] } = planPlacement(planOf(step(0, 'create', 'web3')), both, known)
  const probes = work.filter(({ action }) => action === 'probe').map(({ n }) => n)
  const switches = work.filter(({ action }) => action === 'switch')
  expect(switches).toHaveLength(2)
  for (const { dependsOn } of switches) expect(dependsOn).toEqual(probes)
  expect(work.map(({ n }) => n)).toEqual(work.map((_, n) => steps.length + n))
})

test('a plan that touches no machine of anything deployed stays as it is', () => {
  const plan = planOf(step(0, 'create', 'web9'), step(1, 'update', 'web1'))
  expect(planPlacement(plan, [tenant(['web1', 'web2'])], known)).toBe(plan)
})

test('a project that is in the description no more is routed nowhere, and what ran is stopped', () => {
  const plan = planPlacement(planOf(), [tenant([], { wanted: undefined })], known)
  expect(plan.work!.filter(({ phase }) => phase !== 'withdraw').map(short)).toEqual([
    'switch hostomatic/uat@master',
    'drain hostomatic/uat@master',
    'stop hostomatic/uat@web1',
    'prune hostomatic/uat@web1',
    'stop hostomatic/uat@web2',
    'prune hostomatic/uat@web2',
  ])
  expect(plan.work![0]!.specifications.site).toMatchObject({ routes: [] })
})

test('behind load balancers of the cloud, those are sent to the machines that there are then', () => {
  const balancers = { backend: 'lb-backend', frontend: 'lb-frontend' }
  const balanced = { ...spec, balancers, ids: { ...spec.ids, 'lb-backend': '91', 'lb-frontend': '92' } }
  const plan = planPlacement(
    planOf(step(0, 'create', 'web3')),
    [tenant(['web1', 'web2', 'web3'], { spec: balanced })],
    known,
  )
  const moved = plan.work!.find(({ phase }) => phase === 'switch')!
  expect(moved.specifications).toMatchObject({ aims: [{ machines: ['web1', 'web2', 'web3'] }, {}] })
  expect(plan.placed![0]!.spec).toMatchObject({ balancers, ids: { 'lb-backend': '91' } })
})

test('a load balancer that is made anew is sent to what serves, once it is there', () => {
  const balanced = {
    ...spec,
    balancers: { backend: 'lb-backend' },
    ids: { ...spec.ids, 'lb-backend': '91' },
  }
  const anew = step(0, 'create', 'lb-backend', { type: 'load_balancer' })
  const plan = planPlacement(planOf(anew), [tenant(['web1', 'web2'], { spec: balanced })], known)
  expect(told(plan)).toEqual([
    '0 create lb-backend after -',
    '1 switch hostomatic/uat@lb-backend after create lb-backend',
    '2 restore hostomatic/uat@lb-backend (only where it fails) after -',
  ])
  expect((plan.placed![0]!.spec as unknown as typeof spec).ids).not.toHaveProperty('lb-backend')
})
