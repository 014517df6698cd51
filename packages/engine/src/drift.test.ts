import { type Observed, ownerOf } from '@atlas/core'
import { memoryCloud, memoryDriver } from '@atlas/driver-memory'
import { expect, test } from 'vitest'
import { drift } from './drift.ts'
import type { OwnedResource } from './journal.ts'

const driver = memoryDriver(memoryCloud())

const owned = (resource: string, specifications = {}): OwnedResource => ({
  resource,
  type: 'machine',
  generation: 1,
  id: resource,
  physicalId: resource,
  specifications: { size: 's', ...specifications },
  dependsOn: [],
  attributes: { id: resource },
})

const seen = (id: string, more: Partial<Observed> = {}): [string, Observed] => [
  id,
  {
    id,
    physicalId: id,
    name: id,
    stamp: { owner: ownerOf('w', 'i'), identity: 'x' },
    phase: 'ready',
    attributes: { id },
    live: { size: 's' },
    ...more,
  },
]

test('what is as it was applied does not drift', () => {
  expect(drift(driver, [owned('web1')], new Map([seen('web1')]))).toEqual([])
})

test('gone, failed and changed are told apart, in words', () => {
  const live = new Map([
    seen('failed', { phase: 'failed', reason: 'no room' }),
    seen('resized', { live: { size: 'xl' } }),
  ])
  expect(
    drift(
      driver,
      ['gone', 'failed', 'resized'].map((name) => owned(name)),
      live,
    ),
  ).toMatchObject([
    { resource: 'gone', kind: 'missing', reason: 'gone is no longer in the cloud' },
    { resource: 'failed', kind: 'failed', reason: 'failed has failed: no room' },
    { resource: 'resized', kind: 'changed', fields: [{ field: '/size', from: 'xl', to: 's' }] },
  ])
})

test('what is in between two states says nothing', () => {
  const live = new Map([seen('web1', { phase: 'pending', live: { size: 'xl' } })])
  expect(drift(driver, [owned('web1')], live)).toEqual([])
})

test('references are compared by the value they have now', () => {
  const net: OwnedResource = { ...owned('net'), type: 'vpc', specifications: {} }
  const web = owned('web1', { vpc: { ref: 'net.id' } })
  const live = new Map([seen('net', { live: {} }), seen('web1', { live: { size: 's', vpc: 'net' } })])
  expect(drift(driver, [net, web], live)).toEqual([])
})
