import { AtlasError } from '@atlas/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { bearerOf } from './access.ts'
import type { Idempotency } from './control/idempotency.ts'
import { type Answer, fingerprintOf, openAnswer, sealAnswer } from './sealed-answer.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Carrying it out a second time, after a server ended in the middle, does no harm. PUT and DELETE are always so. */
    repeatable?: true
  }
  interface FastifyRequest {
    /** Where the request came with an Idempotency-Key: what its one effect is known by. */
    keyed: Keyed | undefined
  }
}

interface Keyed {
  id: string
  key: string
  /** It was begun before, by a server that ended in the middle. */
  again: boolean
  held: NodeJS.Timeout
}

const changing = new Set(['POST', 'PUT', 'DELETE', 'PATCH'])
/** A third of what an abandoned request is given. */
const holdEveryMs = 10_000
/** What a repetition is told besides status and body. */
const keptHeaders = ['content-type', 'location', 'etag']

/** One request for each Idempotency-Key: a repetition gets the answer of the first. */
export function answerOnce(app: FastifyInstance, idempotency: Idempotency): void {
  app.decorateRequest('keyed', undefined)
  app.addHook('preHandler', async (request, reply) => {
    const key = request.raw.headers['idempotency-key']
    if (key === undefined || !changing.has(request.method) || !request.caller) return
    const earlier = await begin(idempotency, request, keyIn(key))
    if (earlier) return repeat(reply, earlier)
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const { keyed } = request
    if (keyed) await settle(idempotency, request, keyed, reply, payload)
    return payload
  })
  app.addHook('onResponse', async ({ keyed }) => clearInterval(keyed?.held))
}

async function begin(idempotency: Idempotency, request: FastifyRequest, key: string): Promise<Answer | undefined> {
  const { workspace, actor } = request.caller
  const bearer = bearerOf(request.raw)
  const scope = `${workspace} ${actor.kind}:${actor.id}`
  const begun = await idempotency.begin({ scope, key, fingerprint: fingerprintOf(request, bearer) })
  if (begun.state === 'answered') return openAnswer(begun.answer, bearer, key)
  if (begun.state !== 'begun') throw begun.state === 'running' ? running(key) : conflict(key)
  const { id, again } = begun
  if (again && !mayRepeat(request)) throw unknown(key)
  const hold = () => idempotency.hold(id).catch((err: unknown) => request.log.warn({ err }, 'a request is not held'))
  request.keyed = { id, key, again, held: setInterval(hold, holdEveryMs) }
}

const mayRepeat = ({ method, routeOptions }: FastifyRequest) =>
  routeOptions.config.repeatable === true || method === 'PUT' || method === 'DELETE'

/** A refusal had no effect, so its key is free again: what was refused may be mended, or simply come later. */
async function settle(
  idempotency: Idempotency,
  request: FastifyRequest,
  { id, key, held }: Keyed,
  reply: FastifyReply,
  payload: unknown,
): Promise<void> {
  clearInterval(held)
  request.keyed = undefined
  if (reply.statusCode >= 400) return idempotency.release(id)
  const headers = Object.fromEntries(
    keptHeaders.flatMap((name) => (reply.hasHeader(name) ? [[name, String(reply.getHeader(name))]] : [])),
  )
  const shown = typeof payload === 'string' && !request.routeOptions.config.secretAnswer
  const answer = { status: reply.statusCode, headers, ...(shown && { body: payload }) }
  await idempotency.keep(id, sealAnswer(answer, bearerOf(request.raw), key))
}

function repeat(reply: FastifyReply, { status, headers, body }: Answer) {
  const { secretAnswer } = reply.request.routeOptions.config
  if (secretAnswer) throw shownOnce(headers.location)
  reply.code(status).headers({ ...headers, 'idempotency-replayed': 'true' })
  return reply.serializer(String).send(body)
}

/** Visible ASCII. */
export const keyPattern = /^[\x21-\x7e]{1,255}$/

function keyIn(header: string | string[]): string {
  if (typeof header === 'string' && keyPattern.test(header)) return header
  throw new AtlasError('usage', 'Idempotency-Key: expected 1 to 255 visible ASCII characters.', {
    hint: 'use a random UUID, a new one for each new request',
  })
}

const running = (key: string) =>
  new AtlasError('request_running', `The request with the Idempotency-Key ${key} is still being carried out.`, {
    retryAfterMs: 1000,
    hint: 'repeat it in a second, with the same key: the answer will be that of the first',
  })

const conflict = (key: string) =>
  new AtlasError('idempotency_conflict', `The Idempotency-Key ${key} came before, with another request.`, {
    hint: 'send a new key with a new request; with a repetition send the same path, body and token',
  })

const shownOnce = (location: string | undefined) =>
  new AtlasError(
    'idempotency_conflict',
    'This request was carried out, but its answer is shown once and kept nowhere.',
    {
      hint:
        location === undefined
          ? 'ask for another, with a new key'
          : `remove ${location} and make another, with a new key`,
    },
  )

const unknown = (key: string) =>
  new AtlasError(
    'request_running',
    `The server that carried out the request with the key ${key} ended in the middle.`,
    {
      hint: 'look whether it was done; if not, send it with a new key',
    },
  )
