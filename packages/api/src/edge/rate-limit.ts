import { AtlasError } from '@atlas/core'
import type { FastifyInstance } from 'fastify'
import type { Caller } from '../caller.ts'
import type { Rate, Standing } from './window.ts'

/** Counts what each caller asks. Answers at once: what other nodes have counted comes in beside. */
export interface RateLimit {
  rate: Rate
  /** Counts one more, unless it is too many. */
  take(key: string): Standing
}

/**
 * Holds every token to its rate, and tells how it stands: `RateLimit` and `RateLimit-Policy` of
 * draft-ietf-httpapi-ratelimit-headers-10, and `retry-after` with a refusal. The server's own token is not held to it: with
 * that one looks after a server that others keep busy. Comes after `guard`, which says who asks.
 */
export function limitRates(app: FastifyInstance, { rate, take }: RateLimit): void {
  const policy = `"default";q=${rate.requests};w=${rate.seconds}`
  app.addHook('onRequest', (request, reply, done) => {
    const { caller } = request
    if (!caller || caller.actor.kind === 'root') return done()
    const { allowed, remaining, resetSeconds } = take(keyOf(caller))
    reply.header('ratelimit-policy', policy).header('ratelimit', `"default";r=${remaining};t=${resetSeconds}`)
    done(allowed ? undefined : tooMany(rate, resetSeconds))
  })
}

const keyOf = ({ actor }: Caller) => `${actor.kind}:${actor.id}`

const tooMany = ({ requests, seconds }: Rate, wait: number) =>
  new AtlasError('rate_limited', `This token has asked more than ${requests} times in ${seconds} s.`, {
    retryAfterMs: wait * 1000,
    hint: `wait ${wait} s; the RateLimit header of every answer says how many are left`,
  })
