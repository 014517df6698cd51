import { expect, test } from 'vitest'
import type { Resource } from '../spec/infrastructure.ts'
import { checkConsent, plan } from './plan.ts'
import type { Plan } from './types.ts'
import { emptyWorld, execute, inputFor, resource, type World } from './world.fixture.ts'

const net = resource('vpc', 'net', { ip_range: '10.1.0.0/16' })
const machine = (name: string, more = {}) =>
  resource('machine', name, { size: 's-1vcpu-1gb', image: 'u', vpc: { ref: 'net.id' }, ...more })
const volume = (more = {}) => resource('volume', 'data', { size_gb: 10, machine: { ref: 'web1.id' }, ...more })

function worldOf(...resources: Resource[]): World {
  const world = emptyWorld()
  execute(world, plan(inputFor(world, resources)))
  return world
}

/** Steps as `action resource`, in an order in which they can run. */
const told = ({ steps }: Plan) => steps.map(({ action, resource }) => `${action} ${resource}`)
const line = (planned: Plan, name: string) => planned.resources.find(({ resource }) => resource === name)

test('what is described and not there is created, each after what it refers to', () => {
  const planned = plan(inputFor(emptyWorld(), [volume(), machine('web1'), net]))
  expect(told(planned)).toEqual(['create net', 'create web1', 'create data'])
  expect(planned.steps.map(({ dependsOn }) => dependsOn)).toEqual([[], [0], [1]])
  expect(planned.price).toMatchObject({ before: 0, after: 7, change: 7 })
})

test('planning again after the plan was run finds nothing to do', () => {
  const world = worldOf(net, machine('web1'), volume())
  expect(plan(inputFor(world, [net, machine('web1'), volume()])).steps).toEqual([])
})

test('what is no longer described is deleted, dependants first', () => {
  const planned = plan(inputFor(worldOf(net, machine('web1'), volume()), []))
  expect(told(planned)).toEqual(['delete data', 'delete web1', 'delete net'])
})

test('a reference to what is replaced makes an update, and the reason says so', () => {
  const planned = plan(
    inputFor(worldOf(net, machine('web1'), volume()), [net, machine('web1', { image: 'v' }), volume()]),
  )
  expect(told(planned)).toEqual(['create web1', 'update data', 'delete web1'])
  expect(line(planned, 'data')?.reason).toBe('machine changes, because web1 is made anew')
  expect(line(planned, 'web1')).toMatchObject({ action: 'replace', reason: 'another image needs another disk' })
})

test('where the old one must go first, who can lets go of it, and who cannot goes along', () => {
  const world = worldOf(net, machine('web1'), volume())
  const planned = plan(
    inputFor(world, [{ ...net, specifications: { ip_range: '10.1.0.0/20' } }, machine('web1'), volume()]),
  )
  expect(told(planned)).toEqual([
    'update data',
    'delete web1',
    'delete net',
    'create net',
    'create web1',
    'update data',
  ])
  expect(line(planned, 'web1')?.reason).toContain('it cannot outlive net')
  execute(world, planned)
})

test('what was deleted behind our back is made again, and its record dropped', () => {
  const world = worldOf(net, machine('web1'), volume())
  world.observed.delete(world.owned.find(({ resource }) => resource === 'web1')!.physicalId)
  const planned = plan(inputFor(world, [net, machine('web1'), volume()], { kind: 'repair' }))
  expect(planned.steps.map(({ action, resource, gone }) => [action, resource, gone])).toEqual([
    ['delete', 'web1', true],
    ['create', 'web1', undefined],
    ['update', 'data', undefined],
  ])
  expect(planned.steps[1]).toMatchObject({ generation: 2, dependsOn: [0] })
})

test('what was changed behind our back is changed back', () => {
  const world = worldOf(net, machine('web1'))
  const live = [...world.observed.values()].find(({ name }) => name === 'web1')!.live
  live.size = 's-8vcpu-16gb'
  expect(line(plan(inputFor(world, [net, machine('web1')])), 'web1')).toMatchObject({
    action: 'update',
    reason: 'size s-8vcpu-16gb → s-1vcpu-1gb',
  })
})

test('what holds data is deleted with consent only', () => {
  const planned = plan(inputFor(worldOf(net, machine('web1'), volume()), [net, machine('web1')]))
  expect(planned.consentNeeded).toEqual([{ resource: 'data', why: 'the data on the volume' }])
  expect(() => checkConsent(planned, ['web1'])).toThrowError(/data on the volume/)
  expect(() => checkConsent(planned, ['data'])).not.toThrow()
})

test('a replacement that was interrupted is finished: the predecessor is deleted', () => {
  const world = worldOf(net, machine('web1'))
  const replacing = plan(inputFor(world, [net, machine('web1', { image: 'v' })]))
  execute(world, { ...replacing, steps: replacing.steps.filter(({ action }) => action === 'create') })
  const planned = plan(inputFor(world, [net, machine('web1', { image: 'v' })]))
  expect(told(planned)).toEqual(['delete web1'])
  expect(planned.steps[0]?.reason).toContain('left from an interrupted replacement')
})

test('the hash follows the meaning, not the order of keys', () => {
  const world = worldOf(net)
  const hash = (specifications: Resource['specifications']) =>
    plan(inputFor(world, [net, resource('machine', 'web1', specifications)])).hash
  expect(hash({ size: 's', image: 'u' })).toBe(hash({ image: 'u', size: 's' }))
  expect(hash({ size: 's', image: 'u' })).not.toBe(hash({ size: 's', image: 'w' }))
})

test('an item without a known price is named and not counted', () => {
  const planned = plan(
    inputFor(worldOf(net, machine('web1')), [
      net,
      machine('web1'),
      resource('snapshot', 'copy', { machine: { ref: 'web1.id' } }),
    ]),
  )
  expect(planned.price).toMatchObject({ after: 6, unpriced: ['copy: snapshot'] })
  expect(line(planned, 'copy')?.monthlyAfter).toBeNull()
})

test('a type that the provider has not is refused', () => {
  const { vpc: _, ...drivers } = inputFor(emptyWorld(), []).drivers
  expect(() => plan(inputFor(emptyWorld(), [net], { drivers }))).toThrowError('memory has no vpc')
})

test('neither region nor provider of something that exists can change', () => {
  const world = worldOf(net)
  const given = inputFor(world, [net], { livesIn: { provider: 'memory', region: 'lon1' } })
  expect(() => plan(given)).toThrowError('shop is in lon1 and cannot move to nyc3')
  expect(plan({ ...given, owned: [] }).steps).toHaveLength(1)
})

test('a reference to what a resource will never have is refused, and says what it has', () => {
  const record = resource('dns_record', 'www', { domain: 'a.example', type: 'AAAA', data: { ref: 'web1.ipv6' } })
  const world = worldOf(net, machine('web1'))
  expect(() => plan(inputFor(world, [net, machine('web1'), record]))).toThrowError('web1 has no ipv6')
  const withIpv6 = plan(inputFor(world, [net, machine('web1', { ipv6: true }), record]))
  expect(told(withIpv6)).toEqual(['update web1', 'create www'])
  expect(withIpv6.steps[1]?.dependsOn).toEqual([0])
})

test('what a driver refuses is told with the name of the resource', () => {
  const world = worldOf(net, machine('web1'), volume())
  const smaller = plan.bind(null, inputFor(world, [net, machine('web1'), volume({ size_gb: 5 })]))
  expect(smaller).toThrowError('data: size_gb is 10 GiB and cannot shrink to 5')
})
