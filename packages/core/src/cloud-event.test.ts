import { expect, test } from 'vitest'
import { toCloudEvent } from './cloud-event.ts'

const event = {
  id: 42,
  type: 'step.done' as const,
  time: '2026-11-20T10:00:02.000Z',
  workspace: 'team a',
  infrastructure: 'shop',
  operation: 'op-1',
  step: 0,
  data: { resource: 'web1' },
  origin: { requestId: 'request-1', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
}

test('an event leaves as a CloudEvent whose source is a URI and whose sequence sorts as text', () => {
  expect(toCloudEvent(event)).toEqual({
    specversion: '1.0',
    id: '42',
    source: 'urn:atlas:workspace:team%20a',
    type: 'step.done',
    subject: 'shop',
    time: '2026-11-20T10:00:02.000Z',
    datacontenttype: 'application/json',
    workspace: 'team a',
    infrastructure: 'shop',
    operation: 'op-1',
    step: 0,
    requestid: 'request-1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    sequence: '0000000000000000042',
    data: { resource: 'web1' },
  })
})

test('what does not apply is left out, not null', () => {
  const { origin: _, ...rest } = event
  const bare = toCloudEvent({ ...rest, infrastructure: null, operation: null, step: null })
  expect(Object.keys(bare)).not.toEqual(expect.arrayContaining(['subject']))
  expect(Object.values(bare)).not.toContain(null)
})
