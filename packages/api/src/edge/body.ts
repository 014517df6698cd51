import { isUtf8 } from 'node:buffer'
import { AtlasError } from '@atlas/core'
import type { FastifyInstance } from 'fastify'

/** A description nests a dozen levels. What walks through a body recurses, and must not run out of stack. */
const deepest = 64

/**
 * Reads JSON bodies: UTF-8, not nested beyond reason, no `__proto__`. An empty one is none: `POST …/cancel` has nothing to
 * say, yet many clients send `content-type: application/json` with every request.
 */
export function readJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length === 0) return done(null, undefined)
    if (!isUtf8(body)) return done(malformed('The body is not UTF-8'))
    const text = body.toString()
    // What comes of it could not be told from no body at all, which some routes take for the usual.
    if (text.trim() === 'null') return done(malformed('The body is null, expected an object'))
    if (nestsBeyond(text, deepest)) return done(malformed(`The body nests more than ${deepest} levels`))
    parse(request, text, (error, value) => done(error && isJson(text) ? forbidden() : error, value))
  })
  // A connection that is closed while its client still writes is reset, and the client never reads why. So what is left of
  // the body is thrown away as it comes, for as long as a request may take.
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (reply.statusCode === 413) reply.removeHeader('connection')
    done(null, payload)
  })
}

const forbidden = () =>
  new AtlasError('usage', 'The body has a key __proto__, or constructor with a prototype', {
    hint: 'leave it out: nothing here is called so',
  })

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const malformed = (message: string) =>
  new AtlasError('usage', message, { hint: 'send a smaller, well-formed JSON body' })

const quote = 0x22
const backslash = 0x5c

/** Whether brackets and braces stand more than so many levels deep. It need not be JSON otherwise. */
function nestsBeyond(text: string, levels: number): boolean {
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (quoted) {
      if (code === backslash) at++
      else if (code === quote) quoted = false
    } else if (code === quote) quoted = true
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > levels) return true
    } else if (code === 0x7d || code === 0x5d) depth--
  }
  return false
}
