import type { AtlasEvent } from '@atlas/core'
import { expect, test } from 'vitest'
import { eventRing } from './ring.ts'

const event = (id: number, data: AtlasEvent['data'] = {}) => ({ id, type: 'step.done', data }) as AtlasEvent
const ids = (events: readonly AtlasEvent[] | undefined) => events?.map(({ id }) => id)

test('whoever stands within the ring gets what comes after, whoever stands before it nothing', () => {
  const ring = eventRing(10)
  ring.push([event(12), event(15)])
  expect([10, 11, 12, 14, 15, 99].map((at) => ids(ring.after(at)))).toEqual([[12, 15], [12, 15], [15], [15], [], []])
  expect(ring.after(9)).toBeUndefined()
  expect(ring.newest).toBe(15)
})

test('those who stand at the same place share one array', () => {
  const ring = eventRing(0)
  ring.push([event(1)])
  expect(ring.after(0)).toBe(ring.after(0))
  ring.push([event(2)])
  expect(ids(ring.after(0))).toEqual([1, 2])
})

test('it lets the oldest go by number, and says where it begins now', () => {
  const ring = eventRing(0, { events: 3, characters: 1000 })
  for (let id = 1; id <= 5; id++) ring.push([event(id)])
  expect(ring.after(1)).toBeUndefined()
  expect(ids(ring.after(2))).toEqual([3, 4, 5])
})

test('it lets the oldest go by weight, but never the newest', () => {
  const ring = eventRing(0, { events: 100, characters: 1000 })
  ring.push([event(1), event(2, 'x'.repeat(600)), event(3, 'x'.repeat(600))])
  expect(ids(ring.after(2))).toEqual([3])
  expect(ring.after(1)).toBeUndefined()
  ring.push([event(4, 'x'.repeat(5000))])
  expect(ids(ring.after(3))).toEqual([4])
})
