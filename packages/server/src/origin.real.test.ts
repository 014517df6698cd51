import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CloudEvent } from '@atlas/core'
import { expect, test } from 'vitest'
import { shop } from './access/matrix.fixture.ts'
import { clientOf, finished, serverOf, serverOfFile } from './server.fixture.ts'

const dataDir = serverOfFile()

const requestId = 'order-4711'
const traceId = '0af7651916cd43dd8448eb211c80319c'
const traceparent = `00-${traceId}-b7ad6b7169203331-01`

test('an operation, its events and what the server logs of it say which request asked for it', async () => {
  const { url, token } = serverOf(dataDir)
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'x-request-id': requestId,
    traceparent,
  }
  const answer = await fetch(`${url}/api/v1/infrastructure`, { method: 'POST', headers, body: JSON.stringify(shop) })
  expect(answer.status).toBe(202)
  const { operation } = (await answer.json()) as { operation: { id: string } }
  expect(operation).toMatchObject({ request_id: requestId, trace_id: traceId })

  const ended = await finished(clientOf(dataDir), operation.id)
  expect(ended).toMatchObject({ status: 'succeeded', request_id: requestId, trace_id: traceId })

  const page = await fetch(`${url}/api/v1/events?follow=false&operation=${operation.id}`, { headers })
  const { events } = (await page.json()) as { events: CloudEvent[] }
  expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['step.done', 'deployment.completed']))
  for (const event of events) expect(event).toMatchObject({ requestid: requestId, traceparent })

  const lines = readFileSync(join(dataDir, 'server.log'), 'utf8').trimEnd().split('\n')
  const told = lines.map((line) => JSON.parse(line)).filter((line) => line.operation === operation.id)
  expect(told.map(({ msg }) => msg)).toEqual(['operation is taken', 'operation ended'])
  for (const line of told) expect(line).toMatchObject({ request: requestId, trace: traceId })
})
