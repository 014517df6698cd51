import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'

export const requestIdHeader = 'x-request-id'

/** What may stand in logs, events and answers without harm. */
const sane = /^[\w.:-]{8,128}$/

/** The caller's own id where it is a sane one, so that its logs and ours can be held together; else a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[requestIdHeader]
  return typeof given === 'string' && sane.test(given) ? given : randomUUID()
}

/** Every answer says which request it is for, also a refused one. */
export function answerWithRequestId(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header(requestIdHeader, request.id)
    done()
  })
}
