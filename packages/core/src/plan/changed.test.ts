import { expect, test } from 'vitest'
import type { Resource } from '../spec/infrastructure.ts'
import { changedSince } from './changed.ts'
import { plan } from './plan.ts'
import { emptyWorld, execute, inputFor, resource } from './world.fixture.ts'

const machine = (name: string, more = {}) => resource('machine', name, { size: 's-1vcpu-1gb', image: 'u', ...more })

function planned(resources: Resource[], revision = 1, world = emptyWorld()) {
  return plan(inputFor(world, resources, { revision }))
}

test('the same plan made again has not changed', () => {
  expect(changedSince(planned([machine('web1')]), planned([machine('web1')]))).toEqual([])
})

test('steps that are new and steps that are gone are named', () => {
  const problems = changedSince(
    planned([machine('web1'), machine('web2')]),
    planned([machine('web2'), machine('web3')]),
  )
  const messages = problems.map(({ message }) => message)
  expect(messages).toContain('create machine web1 is not needed any more')
  expect(messages.find((message) => message.startsWith('create machine web3 is new: '))).toBeDefined()
  expect(messages.filter((message) => message.includes('web2'))).toEqual([])
})

test('a step that does another thing is named with both', () => {
  const [step] = changedSince(planned([machine('web1')]), planned([machine('web1', { size: 's-2vcpu-4gb' })]))
  expect(step).toMatchObject({
    where: '/steps/0',
    message: expect.stringContaining('create machine web1 is another'),
    found: expect.stringContaining('s-2vcpu-4gb'),
    expected: expect.stringContaining('s-1vcpu-1gb'),
  })
})

test('the price and the revision that it starts from are told', () => {
  const now = planned([machine('web1'), machine('web2')], 3)
  expect(changedSince(planned([machine('web1')], 2), now)).toEqual(
    expect.arrayContaining([
      { where: 'price/after', message: expect.any(String), found: '12', expected: '6' },
      { where: 'revision', message: expect.any(String), found: '3', expected: '2' },
    ]),
  )
})

test('what somebody has carried out meanwhile is not needed any more', () => {
  const world = emptyWorld()
  const before = planned([machine('web1')], 1, world)
  execute(world, before)
  expect(changedSince(before, planned([machine('web1')], 3, world)).map(({ message }) => message)).toContain(
    'create machine web1 is not needed any more',
  )
})
