import type { AtlasEvent, EventType, JsonObject, Operation, OperationStep } from '@atlas/core'
import { expect, test } from 'vitest'
import { missed, untold } from './history.ts'

let id = 0
const event = (type: EventType, step: number | null = null, data: JsonObject = {}): AtlasEvent => ({
  id: ++id,
  type,
  time: '2026-01-01T00:00:00.000Z',
  workspace: 'home',
  infrastructure: 'shop',
  operation: 'op',
  step,
  data,
})
const operation = { id: 'op', status: 'succeeded', epoch: 2 } as Operation & { epoch: number }
const step = { n: 0, status: 'done', attempt: 2 } as OperationStep

/** A create whose first attempt stayed unknown, finished by a second worker. */
const whole = () => [
  event('operation.queued'),
  event('deployment.started', null, { epoch: 1 }),
  event('step.started', 0, { attempt: 1 }),
  event('step.settling', 0),
  event('operation.taken_over', null, { epoch: 2 }),
  event('step.retrying', 0, { attempt: 2 }),
  event('step.retrying', 0, { reason: 'rate limited' }),
  event('step.waiting', 0),
  event('step.done', 0),
  event('deployment.completed'),
]

test('a history in which everything is told once and in order has nothing untold', () => {
  expect(untold(operation, [step], whole())).toEqual([])
})

test.each(
  whole().flatMap(({ type, data }, at) =>
    type === 'step.settling' || type === 'step.waiting' || 'reason' in (data as JsonObject)
      ? []
      : [[type, at] as const],
  ),
)('a missing %s (%i) is noticed', (_, at) => {
  expect(untold(operation, [step], whole().toSpliced(at, 1))).not.toEqual([])
})

test('an end that is told twice, or followed by more, is noticed', () => {
  const history = whole()
  expect(untold(operation, [step], history.toSpliced(8, 0, event('step.done', 0)))).not.toEqual([])
  expect(untold(operation, [step], history.toSpliced(9, 0, event('step.settling', 0)))).not.toEqual([])
  expect(untold(operation, [step], [...history, event('step.skipped', 0)])).not.toEqual([])
})

test('a follower who misses one, sees one twice or out of order is noticed', () => {
  const kept = whole()
  const [first, second, ...rest] = kept
  expect(missed(kept, kept)).toEqual([])
  expect(missed(kept.toSpliced(3, 1), kept)).toHaveLength(1)
  expect(missed([first!, first!, second!, ...rest], kept)).toHaveLength(1)
  expect(missed([second!, first!, ...rest], kept)).toHaveLength(1)
})
