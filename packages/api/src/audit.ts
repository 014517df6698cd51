import type { AuditEntry, ErrorCode } from '@atlas/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AuditControl } from './control/audit.ts'

/** What a request brings into the audit besides itself. */
interface Audited {
  /** The number of the record that says what was asked. */
  about: number
  planHash?: string
  operation?: string
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether its requests are audited. Without it: all but those that only read. */
    audited?: boolean
  }
  interface FastifyRequest {
    /** There once the request is in the audit: whoever learns more of it, notes it here. */
    audited?: Audited
    /** The code of the problem that it was answered with. */
    problem?: ErrorCode
  }
  interface FastifyInstance {
    /** Resolves when everything that has been answered is in the audit. */
    auditSettled(): Promise<unknown>
  }
}

/** Who sends one wrong request after the other waits for the commit of one record each, not of two. */
const refusalPatienceMs = 100

/**
 * Has every request that is to change something written down before it does, and what came of it before it is answered;
 * also that a known caller was not let through. What cannot be written down is not done. Who is refused changed nothing,
 * and does not wait until that is written too.
 */
export function keepAudit(app: FastifyInstance, audit: Pick<AuditControl, 'write'>): void {
  app.decorateRequest('audited')
  app.decorateRequest('problem')
  const refusals = new Set<Promise<unknown>>()
  app.decorate('auditSettled', () => Promise.all(refusals))
  app.addHook('onClose', () => app.auditSettled())
  app.addHook('preHandler', async (request) => {
    if (!isAudited(request)) return
    const planHash = hashIn(request.query) ?? hashIn(request.body)
    const about = await audit.write({ ...entryOf(request), kind: 'asked', planHash })
    request.audited = { about, ...(planHash !== undefined && { planHash }) }
  })
  app.addHook('onSend', async (request, reply) => {
    const entry = request.audited ? answered(request, request.audited, reply) : refused(request, reply)
    if (!entry) return
    const refusal = reply.statusCode >= 400
    // The change is made, or refused, whatever becomes of this; that the answer is missing shows in the audit itself.
    const written = audit
      .write(entry, refusal ? refusalPatienceMs : 0)
      .catch((err) => request.log.error({ err }, 'an answer is missing in the audit'))
      .finally(() => refusals.delete(written))
    if (refusal) refusals.add(written)
    else await written
  })
}

const readOnly = ['GET', 'HEAD', 'OPTIONS']

/** A preview is a POST too, and changes nothing. */
function isAudited({ method, routeOptions, query, caller }: FastifyRequest): boolean {
  if (!caller) return false
  if ((query as { plan?: unknown }).plan === true) return false
  return routeOptions.config.audited ?? !readOnly.includes(method)
}

function answered(request: FastifyRequest, { about, planHash, operation }: Audited, reply: FastifyReply): AuditEntry {
  const location = reply.getHeader('location')
  const entry = { ...entryOf(request), kind: 'answered', about, planHash, operation, result: resultOf(request, reply) }
  return { ...entry, ...(typeof location === 'string' && { object: location }) } as AuditEntry
}

/** Of callers that nobody knows there is nothing to tell but the address, and the log has that. */
function refused(request: FastifyRequest, reply: FastifyReply): AuditEntry | undefined {
  if (!request.caller || (reply.statusCode !== 401 && reply.statusCode !== 403)) return undefined
  return { ...entryOf(request), kind: 'refused', result: resultOf(request, reply) }
}

const resultOf = ({ problem }: FastifyRequest, { statusCode }: FastifyReply) => ({ status: statusCode, code: problem })

function entryOf({ caller, method, routeOptions, url, ip, headers, id }: FastifyRequest): Omit<AuditEntry, 'kind'> {
  const { workspace, actor } = caller
  return {
    workspace,
    actor,
    action: `${method} ${routeOptions.url}`,
    // Without the query: nobody can say what callers write there.
    object: url.split('?')[0],
    origin: { address: ip, userAgent: headers['user-agent'], request: id },
  }
}

function hashIn(values: unknown): string | undefined {
  const hash = (values as { plan_hash?: unknown } | null | undefined)?.plan_hash
  return typeof hash === 'string' ? hash : undefined
}
