import { connect } from 'node:net'
import { AtlasError, type AtlasEvent, toCloudEvent } from '@atlas/core'
import { afterEach, expect, test, vi } from 'vitest'
import { createApi } from './app.ts'
import type { Control } from './control.ts'
import { rootToken } from './root-token.ts'

const event = (id: number): AtlasEvent => ({
  id,
  type: 'step.done',
  time: '2026-11-20T10:00:02.000Z',
  workspace: 'default',
  infrastructure: 'shop',
  operation: 'op-1',
  step: id,
  data: {},
})

const apps: ReturnType<typeof createApi>[] = []
afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())))

const headers = { authorization: 'Bearer secret' }

/** An API whose events are these, and what was asked of it. */
function api({ follow, page }: Partial<Control['events']>, stallMs = 60_000) {
  const asked: unknown[] = []
  const events: Control['events'] = {
    async follow(workspace, filter, signal) {
      asked.push(filter)
      return follow!(workspace, filter, signal)
    },
    async page(workspace, filter) {
      asked.push(filter)
      return page!(workspace, filter)
    },
  }
  const app = createApi({ control: { events } as Control, authenticate: rootToken('secret'), heartbeatMs: 5, stallMs })
  apps.push(app)
  const listen = async () => `${await app.listen({ port: 0, host: '127.0.0.1' })}/api/v1/events`
  return { app, asked, listen }
}

async function* one(signal: AbortSignal, left = () => {}) {
  yield [event(8), event(9)]
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
  left()
}

test('events go on after Last-Event-ID, beat while nothing happens, and end with their reader', async () => {
  const ended = Promise.withResolvers<void>()
  const { asked, listen } = api({ follow: async (_workspace, _filter, signal) => one(signal, ended.resolve) })
  const reader = new AbortController()
  const url = `${await listen()}?operation=op-1&type=step.*,drift.cleared`
  const answer = await fetch(url, { headers: { ...headers, 'last-event-id': '7' }, signal: reader.signal })
  expect(answer.headers.get('content-type')).toBe('text/event-stream')
  let text = ''
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    if (text.includes('id: 9') && text.includes(': still here')) break
  }
  reader.abort()
  await ended.promise
  expect(asked).toMatchObject([
    { after: 7, operation: 'op-1', types: expect.arrayContaining(['step.done', 'drift.cleared']) },
  ])
  expect(text).toContain(
    [8, 9].map((id) => `id: ${id}\nevent: step.done\ndata: ${JSON.stringify(toCloudEvent(event(id)))}\n\n`).join(''),
  )
})

test('closing the server ends open streams', async () => {
  const { app, listen } = api({ follow: async (_workspace, _filter, signal) => one(signal) })
  const answer = await fetch(await listen(), { headers })
  const body = answer.text()
  await app.close()
  expect(await body).toContain('id: 8')
})

test('a reader that does not read stops its query, fills no memory, and is let go', async () => {
  let made = 0
  const left = Promise.withResolvers<void>()
  async function* endless() {
    try {
      for (;;) {
        made += 1
        yield [{ ...event(made), data: 'x'.repeat(100_000) }]
      }
    } finally {
      left.resolve()
    }
  }
  const { listen } = api({ follow: async () => endless() }, 300)
  const socket = connect(Number(new URL(await listen()).port), '127.0.0.1')
  socket.on('error', () => {})
  socket.pause().write('GET /api/v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer secret\r\n\r\n')
  // What fits into the buffers of the two sockets is made; then nothing more.
  await expect.poll(() => made).toBeGreaterThan(1)
  await left.promise
  expect(made).toBeLessThan(200)
  socket.destroy()
})

test('events that are kept no more are refused before the stream begins', async () => {
  const { listen } = api({
    follow: () => Promise.reject(new AtlasError('events_gone', 'Events between 3 and 9 are gone')),
  })
  const answer = await fetch(await listen(), { headers: { ...headers, 'last-event-id': '3' } })
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([410, 'events_gone'])
})

test('a page of what has happened goes on at its cursor, in both orders', async () => {
  const { app, asked } = api({ page: async (_workspace, { limit }) => [event(5), event(6)].slice(0, limit) })
  const get = async (query: string) =>
    (await app.inject({ url: `/api/v1/events?follow=false&${query}`, headers })).json()
  expect(await get('limit=2&infrastructure=shop')).toEqual({
    events: [event(5), event(6)].map(toCloudEvent),
    next_cursor: '6',
  })
  expect(await get('limit=9&cursor=6')).not.toHaveProperty('next_cursor')
  await get('order=desc&limit=1')
  await get('order=desc&limit=1&cursor=6')
  expect(asked).toEqual([
    { infrastructure: 'shop', after: 0, limit: 2 },
    { after: 6, limit: 9 },
    { before: Number.MAX_SAFE_INTEGER, limit: 1 },
    { before: 6, limit: 1 },
  ])
})

test.each(['type=infrastructre.created', 'follow=perhaps', 'after=yesterday', 'follow=false&order=desc&after=3'])(
  '?%s is refused',
  async (query) => {
    const { app } = api({ follow: vi.fn(), page: vi.fn() })
    const answer = await app.inject({ url: `/api/v1/events?${query}`, headers })
    expect(answer.json()).toMatchObject({ code: 'usage', status: 400 })
  },
)
