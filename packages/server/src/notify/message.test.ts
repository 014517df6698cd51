import { toCloudEvent } from '@atlas/core'
import { expect, test } from 'vitest'
import { messageOf } from './message.ts'

const event = (
  type:
    | 'deployment.completed'
    | 'deployment.failed'
    | 'target.failing'
    | 'target.restored'
    | 'server.heartbeat'
    | 'budget.exceeded',
  data: object,
) =>
  messageOf(
    toCloudEvent({
      id: 1,
      type,
      time: '2026-11-20T15:14:52Z',
      workspace: 'default',
      infrastructure: 'fleet',
      operation: 'one',
      step: null,
      data: data as never,
    }),
  )
const place = { kind: 'deploy', project: 'hostomatic', environment: 'uat', release: 'v1.2.3-uat-20241215-1430' }

test('a deploy is confirmed with what serves', () => {
  expect(event('deployment.completed', place)).toEqual({
    subject: '[Atlas] hostomatic uat is at v1.2.3-uat-20241215-1430',
    text: 'v1.2.3-uat-20241215-1430 serves hostomatic uat.\n\nOperation one: atlas operations show one\n2026-11-20T15:14:52Z, workspace default\n',
  })
})

test('a failure says why and what to type; what a program printed makes no header', () => {
  const error = { code: 'unhealthy', message: 'it said\nBcc: a@b.c', hint: 'Mend it.' }
  const { subject, text } = event('deployment.failed', { ...place, error, environment: 'uat\r\nBcc: x@y.z' })
  expect(subject).toBe('[Atlas] hostomatic uat Bcc: x@y.z FAILED: unhealthy')
  expect(text).toContain('it said\nBcc: a@b.c\nNext: Mend it.')
})

test('a service that is down is told with the reason, and that it answers again with for how long', () => {
  const target = { ...place, service: 'backend', machine: 'web1', reason: 'it answered 500' }
  expect(event('target.failing', target)).toMatchObject({
    subject: '[Atlas] backend of hostomatic uat is DOWN on web1',
    text: expect.stringContaining('it answered 500. It is the last'),
  })
  expect(event('target.restored', { ...target, outMs: 4120 }).text).toContain('It did not for 4 s: it answered 500.')
})

test('a heartbeat says what serves; what has no words of its own is told as it is', () => {
  const environments = [{ project: 'hostomatic', environment: 'uat', release: 'v1' }]
  expect(event('server.heartbeat', { environments }).text).toContain('hostomatic uat: v1\n0 operations run, 0 wait.')
  expect(event('budget.exceeded', { budget: 'all' }).text).toContain('"budget": "all"')
})
