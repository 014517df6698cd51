import { randomUUID } from 'node:crypto'
import { type IncomingMessage, maxHeaderSize, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { AtlasError } from '@atlas/core'
import type { FastifyInstance } from 'fastify'
import { problemDocument, problemType } from '../problem.ts'
import { requestIdHeader } from './request-id.ts'

/** For so long is read, and thrown away, what a refused client still sends, so that it gets to read why. Milliseconds. */
const lingerMs = 1_000

/** https://nodejs.org/api/http.html#event-clienterror */
type ClientError = Error & { code?: string }

/**
 * Answers what is not HTTP, comes too slowly, has too long a head or wants what there is not: Node ends these before there
 * is a request, so no hook and no handler of errors sees them.
 * @returns what is to be done with `clientError`
 */
export function answerMalformed(app: FastifyInstance): (error: ClientError, socket: Socket) => void {
  const { server, log } = app
  const answers = new WeakMap<Socket, ServerResponse>()
  const refused = new WeakSet<Socket>()

  function refuse(socket: Socket, { status, named }: Refusal): void {
    refused.add(socket)
    const id = randomUUID()
    log.info({ request: id, status, address: socket.remoteAddress, problem: named.message }, 'no request')
    socket.end(answerOf(status, id, JSON.stringify(problemDocument(named, status, id))))
    // A request whose body is late must not be carried out after all, should the rest come now.
    if (underWay(answers.get(socket))) socket.destroySoon()
    else setTimeout(() => socket.destroy(), lingerMs).unref()
  }

  app.addHook('onRequest', (request, _reply, done) => done(hasHost(request.raw) ? undefined : withoutHost))
  server.on('request', ({ socket }, response) => answers.set(socket, response))
  server.on('connect', (_request, socket) => refuse(socket as Socket, noProxy))
  server.on('checkExpectation', ({ socket }: IncomingMessage) => refuse(socket, otherExpectation))
  return (error, socket) => {
    if (refused.has(socket)) return
    const answer = answers.get(socket)
    // In the middle of an answer there is no place for another.
    const speaking = underWay(answer) && answer?.headersSent
    if (error.code === 'ECONNRESET' || !socket.writable || speaking) socket.destroy()
    else refuse(socket, nameClientError(error))
  }
}

const underWay = (answer: ServerResponse | undefined) => answer !== undefined && !answer.writableFinished

interface Refusal {
  status: number
  named: AtlasError
}

const refusal = (status: number, message: string, hint: string): Refusal => ({
  status,
  named: new AtlasError('usage', message, { hint }),
})

const overHttp = 'speak HTTP/1.1, and http:// rather than https:// where no proxy with TLS stands before the server'
const tooSlow = refusal(408, 'The request did not arrive in time', 'send headers and body without long pauses')
const tooLong = refusal(431, 'The headers are too long', `send at most ${maxHeaderSize / 1024} KB of them`)
const noProxy = refusal(405, 'This server is no proxy', 'ask it for what is its own: docs/api.md lists the routes')
const otherExpectation = refusal(417, 'Expect: nothing but 100-continue is known', 'leave the header out')

function nameClientError({ code, message }: ClientError): Refusal {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return tooSlow
  if (code === 'HPE_HEADER_OVERFLOW') return tooLong
  const what = message.replace(/^Parse Error:? */, '') || 'it cannot be read'
  return refusal(400, `This is no HTTP request: ${what}`, overHttp)
}

/** Node would answer without a word (`requireHostHeader`). RFC 9112, 3.2 */
const hasHost = ({ httpVersion, headers }: IncomingMessage) => httpVersion !== '1.1' || headers.host !== undefined
const withoutHost = new AtlasError('usage', 'The request has no Host header', { hint: 'HTTP/1.1 asks for one' })

const answerOf = (status: number, id: string, body: string): string =>
  [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${problemType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `${requestIdHeader}: ${id}`,
    'connection: close',
    `\r\n${body}`,
  ].join('\r\n')
