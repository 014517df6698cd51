import { toCloudEvent } from '@atlas/core'
import { expect, test } from 'vitest'
import { messageOf } from './message.ts'

const event = (
  type: 'deployment.completed' | 'deployment.failed' | 'server.heartbeat' | 'budget.exceeded',
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

test('a heartbeat says what serves; what has no words of its own is told as it is', () => {
  const environments = [{ project: 'hostomatic', environment: 'uat', release: 'v1' }]
  expect(event('server.heartbeat', { environments }).text).toContain('hostomatic uat: v1\n0 operations run, 0 wait.')
  expect(event('budget.exceeded', { budget: 'all' }).text).toContain('"budget": "all"')
})
