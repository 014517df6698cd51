import { expect, test } from 'vitest'
import { createApi } from './app.ts'
import type { Control } from './control.ts'
import { rootToken } from './root-token.ts'

/** An API whose keyed requests were all begun before, by a server that ended in the middle. */
function afterCrash(more: Partial<Control>) {
  const idempotency = { begin: async () => ({ state: 'begun', id: 'r1', again: true }), release: async () => {} }
  const control = { idempotency, audit: { write: async () => 1 }, ...more } as unknown as Control
  return createApi({ control, authenticate: rootToken('secret') })
}

const send = (app: ReturnType<typeof createApi>, url: string, payload: object) =>
  app.inject({
    method: 'POST',
    url: `/api/v1${url}`,
    headers: { authorization: 'Bearer secret', 'idempotency-key': 'k1' },
    payload,
  })

test('what cannot be repeated without harm is not, and the caller is told to look', async () => {
  const made: unknown[] = []
  const tokens = { create: async (...token: unknown[]) => made.push(token) } as unknown as Control['tokens']
  const answer = await send(afterCrash({ tokens }), '/tokens', { name: 'ci', role: 'viewer' })
  expect([answer.statusCode, answer.json().code]).toEqual([409, 'request_running'])
  expect(answer.json().hint).toContain('look whether it was done')
  expect(made).toEqual([])
})
