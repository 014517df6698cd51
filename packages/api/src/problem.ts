import { AtlasError, catalogue, type ErrorCode, isAtlasError, type Problem } from '@atlas/core'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'

/** RFC 9457, with what Atlas adds: a stable `code`, a `hint` that says what to do, every finding in `problems`. */
export interface ProblemDocument {
  type: string
  title: string
  status: number
  detail: string
  instance: string
  code: ErrorCode
  hint?: string
  problems?: readonly Problem[]
}

/** Every error of the API leaves through here. What is not an AtlasError is logged and answered without its message. */
export async function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { named, status } = nameError(error, request)
  request.problem = named.code
  if (named.code === 'internal') request.log.error({ err: error }, 'a request failed')
  if (named.retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(named.retryAfterMs / 1000))
  if (named.code === 'unauthorized') reply.header('www-authenticate', 'Bearer')
  const problem = problemDocument(named, status, request.id)
  // Serialised here: the route's response schemas describe success.
  await reply.code(status).header('content-type', problemType).serializer(JSON.stringify).send(problem)
}

export const problemType = 'application/problem+json'

/** @param request its id, by which the log names it too */
export const problemDocument = (error: AtlasError, status: number, request: string): ProblemDocument => ({
  type: `urn:atlas:problem:${error.code}`,
  title: catalogue[error.code].title,
  status,
  detail: error.message,
  instance: request,
  code: error.code,
  ...(error.hint === undefined ? {} : { hint: error.hint }),
  ...(error.problems.length === 0 ? {} : { problems: error.problems }),
})

function nameError(error: unknown, request: FastifyRequest): { named: AtlasError; status: number } {
  if (isAtlasError(error)) return { named: error, status: catalogue[error.code].status }
  if (hasZodFastifySchemaValidationErrors(error)) return { named: refusal(error, request), status: 400 }
  const { statusCode = 500, message } = error as Partial<FastifyError>
  // Fastify's own refusals: malformed JSON, a body too large, an unknown content type.
  if (statusCode >= 400 && statusCode < 500)
    return { named: new AtlasError('usage', String(message), remedies[statusCode]), status: statusCode }
  const hint = `look in the server's log for request ${request.id}`
  return { named: new AtlasError('internal', 'The server met an error that it has no name for', { hint }), status: 500 }
}

/** What to do about Fastify's own refusals. */
const remedies: Readonly<Record<number, { hint: string }>> = {
  400: { hint: 'send well-formed JSON' },
  413: { hint: 'send less at once' },
  415: { hint: 'send JSON, with `content-type: application/json`' },
}

function refusal(
  error: FastifyError & { validation: readonly { instancePath: string; message?: string }[] },
  { method, routeOptions }: FastifyRequest,
) {
  const place = (error as { validationContext?: string }).validationContext ?? 'body'
  const problems = error.validation.map((finding) => ({
    where: `${place}${finding.instancePath}`,
    message: finding.message ?? 'is not valid',
  }))
  const first = problems[0]!
  const hint = `/docs of the server shows what ${method} ${routeOptions.url} takes`
  return new AtlasError('usage', `${first.where}: ${first.message}`, { problems, hint })
}
