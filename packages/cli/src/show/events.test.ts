import type { CloudEvent } from '@atlas/core'
import { createColors } from 'picocolors'
import { expect, test } from 'vitest'
import { eventLine } from './events.ts'

const data = {
  project: 'hostomatic',
  environment: 'prod',
  service: 'backend',
  machine: 'web1',
  reason: 'it answered 500',
}
const line = (type: string, more: object = {}) =>
  eventLine(
    {
      id: '7',
      type,
      time: '2026-11-21T01:14:53.521Z',
      infrastructure: 'fleet',
      data: { ...data, ...more },
    } as unknown as CloudEvent,
    createColors(false),
  )

test('what was left out is named by its service and machine, and once it is back, how long it was gone', () => {
  expect(line('target.ejected')).toContain('fleet  hostomatic prod backend on web1: it answered 500')
  expect(line('target.restored', { outMs: 2796 })).toContain('on web1: was out for 2.8 s: it answered 500')
})
