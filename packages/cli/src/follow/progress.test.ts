import type { Step } from '@atlas/client'
import type { CloudEvent, EventType } from '@atlas/core'
import { createColors } from 'picocolors'
import { expect, test } from 'vitest'
import { advance, begin, type Progress, stepLine } from './progress.ts'
import { liveText } from './view.ts'

const step = (n: number, more: Partial<Step> = {}): Step => ({
  n,
  action: 'create',
  resource: `web${n}`,
  type: 'machine',
  gone: false,
  status: 'pending',
  attempt: 0,
  started_at: null,
  finished_at: null,
  error: null,
  ...more,
})
const at = (second: number) => `2026-11-20T11:00:${String(second).padStart(2, '0')}.000Z`
const event = (type: EventType, stepNumber: number | null, second: number, data = {}) =>
  ({ id: String(second), type, step: stepNumber ?? undefined, time: at(second), data }) as CloudEvent
const after = (start: Progress, ...events: CloudEvent[]) =>
  events.reduce((progress, one) => advance(progress, one).progress, start)
const now = Date.parse(at(30))

test('a step is told from its start to its end', () => {
  const lines: string[] = []
  let progress = begin([step(1)])
  for (const one of [
    event('step.started', 1, 1),
    event('step.retrying', 1, 2, { message: '503' }),
    event('step.settling', 1, 3),
    event('step.adopted', 1, 4),
    event('step.done', 1, 5),
  ]) {
    const next = advance(progress, one)
    progress = next.progress
    lines.push(stepLine(next.changed!, now))
  }
  expect(lines).toEqual([
    'creating machine web1 (29 s)',
    'creating machine web1 (29 s) – trying again: 503',
    'creating machine web1 (29 s) – the answer was lost: finding out what became of it',
    'creating machine web1 (29 s) – found again after a lost answer',
    'created machine web1 (4.0 s) – found again after a lost answer',
  ])
})

test('an event about no step, or an unknown one, changes nothing', () => {
  const progress = begin([step(1)])
  expect(advance(progress, event('deployment.started', null, 1))).toEqual({ progress, changed: undefined })
  expect(advance(progress, event('step.done', 9, 1))).toEqual({ progress, changed: undefined })
})

test('a failed step says why, a skipped one that it was not done', () => {
  const { steps } = after(
    begin([step(1), step(2, { action: 'delete' })]),
    event('step.started', 1, 1),
    event('step.failed', 1, 3, { error: 'no room in lon1' }),
    event('step.skipped', 2, 3),
  )
  expect(steps.map((one) => stepLine(one, now))).toEqual([
    'create: failed machine web1 (2.0 s) – no room in lon1',
    'delete: skipped machine web2',
  ])
})

test('a way back that nobody had to take is not told', () => {
  const progress = begin([step(1, { action: 'withdraw' })])
  const skipped = advance(progress, event('step.skipped', 1, 3))
  expect(skipped.changed).toBeUndefined()
  expect(skipped.progress.steps[0]?.status).toBe('skipped')
  expect(advance(progress, event('step.started', 1, 3)).changed?.status).toBe('running')
})

test('a deletion that deletes nothing does not say that it did', () => {
  const gone = begin([step(1, { action: 'delete' })])
  const told = { gone: true }
  expect(stepLine(after(gone, event('step.started', 1, 1, told)).steps[0]!, now)).toBe(
    'looking once more for machine web1 (29 s)',
  )
  expect(stepLine(after(gone, event('step.started', 1, 1, told), event('step.done', 1, 2, told)).steps[0]!, now)).toBe(
    'forgot, as it was gone already: machine web1 (1.0 s)',
  )
  const kept = after(gone, event('step.started', 1, 1), event('step.done', 1, 2, { kept: true }))
  expect(stepLine(kept.steps[0]!, now)).toBe('let go, and left in the account: machine web1 (1.0 s)')
})

test('a deletion that will delete nothing is known before it runs', () => {
  const { steps } = begin([step(1, { action: 'delete', gone: true, status: 'skipped' })])
  expect(stepLine(steps[0]!, now)).toBe('forget: skipped machine web1')
})

test('watching begins in the middle where the operation is', () => {
  const { steps } = begin([step(1, { status: 'done', started_at: at(1), finished_at: at(2) })])
  expect(stepLine(steps[0]!, now)).toBe('created machine web1 (1.0 s)')
})

test('the steps of a way back count only once it is taken', () => {
  const deploy = begin([step(1), step(2, { action: 'switch' }), step(3, { action: 'withdraw' })])
  const last = (progress: Progress) => liveText(progress, '*', createColors(false), now).split('\n').at(-1)
  expect(last(after(deploy, event('step.done', 1, 1)))).toBe('  1 of 2 steps')
  const over = after(deploy, event('step.done', 1, 1), event('step.done', 2, 2), event('step.skipped', 3, 3))
  expect(last(over)).toBe('  2 of 2 steps')
  expect(last(after(deploy, event('step.failed', 1, 1), event('step.started', 3, 2)))).toBe('  1 of 3 steps')
})

test('what is redrawn stays small however many steps run', () => {
  const many = begin(Array.from({ length: 20 }, (_, n) => step(n, { status: 'running', started_at: at(1) })))
  const lines = liveText(many, '*', createColors(false), now).split('\n')
  expect(lines).toHaveLength(10)
  expect(lines.slice(-2)).toEqual(['  and 12 more', '  0 of 20 steps'])
})

test('what a step printed over many lines is cut to the first: the error at the end has all of it', () => {
  const { steps } = after(
    begin([step(1)]),
    event('step.started', 1, 1),
    event('step.failed', 1, 3, { error: 'web1 is not well. It printed last:\nError: no\n  at main' }),
  )
  expect(stepLine(steps[0]!, now)).toBe('create: failed machine web1 (2.0 s) – web1 is not well. It printed last: …')
})
