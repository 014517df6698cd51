import type { FastifyInstance } from 'fastify'

/**
 * Cuts off an answer of which nothing is taken for so long: a client that asks for long lists and reads none of them would
 * have them all kept for it. Whoever follows events takes at least the comments, and can come back with Last-Event-ID. An
 * answer that is still being worked out has all the time it needs.
 */
export function letGoOfStalled(app: FastifyInstance, stallMs: number): void {
  app.addHook('onSend', (_request, { raw }, payload, done) => {
    // Half of it, because Node looks twice: what was written when it last looked, and whether that is still so. Its timer
    // ends with the answer: a connection that is kept open has a limit of its own.
    raw.setTimeout(stallMs / 2, () => raw.destroy())
    done(null, payload)
  })
}
