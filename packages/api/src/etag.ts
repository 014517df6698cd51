import { createHash } from 'node:crypto'
import { AtlasError } from '@atlas/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyReply {
    /** Revision of the infrastructure that is answered; the answer then carries an ETag. */
    revision: number | undefined
  }
}

/**
 * Gives what has a revision its ETag, `"<revision>.<digest of the answer>"`. The digest is there because phases, times and
 * addresses seen in the cloud change without a revision: two answers with one tag are the same bytes.
 */
export function answerWithEtag(app: FastifyInstance): void {
  app.decorateReply('revision', undefined)
  app.addHook('onSend', async (request, reply, payload) => {
    if (reply.revision === undefined || typeof payload !== 'string') return payload
    const tag = `"${reply.revision}.${createHash('sha1').update(payload).digest('base64url').slice(0, 16)}"`
    reply.header('etag', tag)
    return isAmong(tag, request.raw.headers['if-none-match']) ? unchanged(reply) : payload
  })
}

function unchanged(reply: FastifyReply): null {
  reply.code(304).removeHeader('content-type').removeHeader('content-length')
  return null
}

/** If-None-Match compares weakly (RFC 9110, 13.1.2), as caches that compress mark our tags weak. */
function isAmong(tag: string, header: string | undefined): boolean {
  return header?.split(',').some((one) => ['*', tag].includes(one.trim().replace(/^W\//, ''))) ?? false
}

/**
 * The revisions that a change is meant for; `undefined` where the caller does not say. Only the part before the dot
 * counts: an update is lost where the revision has moved, not where a machine was seen again.
 * @throws AtlasError `precondition_failed` for a tag that names no revision
 */
export function revisionsMeant({ raw }: FastifyRequest): readonly number[] | undefined {
  const header = raw.headers['if-match']
  if (header === undefined || header.trim() === '*') return undefined
  return header.split(',').map((one) => {
    const revision = /^"(\d{1,9})(\.[\w-]+)?"$/.exec(one.trim())?.[1]
    if (revision !== undefined) return Number(revision)
    throw new AtlasError('precondition_failed', `If-Match ${one.trim()} is the ETag of no infrastructure.`, {
      hint: 'send the ETag of GET /api/v1/infrastructure/{id}, quotes included, or *',
    })
  })
}

/** @throws AtlasError `precondition_failed` where the infrastructure has moved on */
export function refuseLostUpdate(
  { infrastructure, revision }: { infrastructure: string; revision: number },
  meant: readonly number[] | undefined,
): void {
  if (!meant || meant.includes(revision)) return
  const problems = [
    { where: 'If-Match', message: 'is of another revision', expected: String(revision), found: meant.join(', ') },
  ]
  throw new AtlasError(
    'precondition_failed',
    `${infrastructure} is at revision ${revision}; the change was meant for ${meant.join(' or ')}.`,
    { problems, hint: 'get it again, see what is different, and send its new ETag' },
  )
}
