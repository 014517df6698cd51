import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { guard } from './access.ts'
import { keepAudit } from './audit.ts'
import type { Authenticate } from './caller.ts'
import type { Control } from './control.ts'
import { logRequests } from './edge/access-log.ts'
import { readJsonBodies } from './edge/body.ts'
import { protectBrowsers } from './edge/headers.ts'
import { answerMalformed } from './edge/malformed.ts'
import { countRequests } from './edge/metrics.ts'
import { answerNotFound } from './edge/not-found.ts'
import { refuseUnknownQuery } from './edge/query.ts'
import { limitRates, type RateLimit } from './edge/rate-limit.ts'
import { answerWithRequestId, requestIdHeader, requestIdOf } from './edge/request-id.ts'
import { letGoOfStalled } from './edge/stalled.ts'
import { traceRequests } from './edge/trace.ts'
import { answerWithEtag } from './etag.ts'
import { answerOnce } from './idempotency.ts'
import { describeApi } from './openapi.ts'
import { answerProblem } from './problem.ts'
import { adoptionRoutes } from './routes/adoption.ts'
import { auditRoutes } from './routes/audit.ts'
import { budgetRoutes } from './routes/budgets.ts'
import { costRoutes } from './routes/costs.ts'
import { credentialRoutes } from './routes/credentials.ts'
import { deployKeyRoutes } from './routes/deploy-keys.ts'
import { deployRoutes } from './routes/deploys.ts'
import { estimateRoutes } from './routes/estimate.ts'
import { eventRoutes } from './routes/events.ts'
import { healthRoutes } from './routes/health.ts'
import { infrastructureRoutes } from './routes/infrastructure.ts'
import { inventoryRoutes } from './routes/inventory.ts'
import { type AnswerMcp, mcpRoute } from './routes/mcp.ts'
import { type MetricsOptions, metricsRoute } from './routes/metrics.ts'
import { operationRoutes } from './routes/operations.ts'
import { planRoutes } from './routes/plans.ts'
import { providerRoutes } from './routes/providers.ts'
import { secretRoutes } from './routes/secrets.ts'
import { statsRoutes } from './routes/stats.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import { whoamiRoutes } from './routes/whoami.ts'
import { workspaceRoutes } from './routes/workspaces.ts'

/** A description of 10,000 resources is about 4 MB. */
const bodyLimit = 8 * 1024 * 1024

/**
 * A client that sends slower than this is let go: 408, within `connectionsCheckingInterval` more. And a connection on which
 * nothing more is asked is closed: after more than the minute for which proxies keep theirs. Milliseconds.
 */
const patience = {
  requestTimeout: 60_000,
  keepAliveTimeout: 72_000,
  http: { headersTimeout: 15_000, connectionsCheckingInterval: 5_000, requireHostHeader: false },
}

export interface ApiOptions {
  control: Control
  authenticate: Authenticate
  version?: string
  logger?: FastifyBaseLogger
  /** A comment goes down a silent event stream this often, so that proxies keep it open. Milliseconds. */
  heartbeatMs?: number
  /** An answer whose reader takes nothing of it for so long is cut off. Milliseconds, more than twice `heartbeatMs`. */
  stallMs?: number
  /** What the server knows of an error that whoever threw it did not. */
  explain?: (error: unknown) => unknown
  /** Figures of this node at /metrics; absent: there is no such page. */
  metrics?: MetricsOptions
  /** Of pages in browsers that may call the API, such as `https://console.example.com`; `*` is any. */
  corsOrigins?: readonly string[]
  /** Answers agents at /mcp; absent: there is no such place. */
  mcp?: AnswerMcp
  /** How much each token may ask; absent: as much as it likes. */
  rateLimit?: RateLimit
  /** Whether requests are spans of OpenTelemetry; who creates the API brings the SDK. */
  traced?: boolean
}

/** The HTTP API, not listening yet. It validates, hands over to `control` and reports; it decides nothing itself. */
export function createApi({
  control,
  authenticate,
  version = '0',
  logger,
  heartbeatMs = 15_000,
  stallMs = 60_000,
  explain = (error) => error,
  metrics,
  corsOrigins = [],
  mcp,
  rateLimit,
  traced = false,
}: ApiOptions): FastifyInstance {
  const app = Fastify({
    // What the router itself refuses, such as an id that is too long.
    frameworkErrors: (error, request, reply) =>
      void answerProblem(error, request, reply.header(requestIdHeader, request.id)),
    bodyLimit,
    genReqId: requestIdOf,
    ...patience,
    clientErrorHandler: (error, socket) => refuse(error, socket),
    ...(logger ? { loggerInstance: logger } : {}),
    logController: new LogController({ disableRequestLogging: true }),
    // Streams never end by themselves, so a shutdown must not wait for them; eventRoutes ends them.
    forceCloseConnections: 'idle',
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler((error, request, reply) => answerProblem(explain(error), request, reply))
  answerNotFound(app)
  answerWithRequestId(app)
  const refuse = answerMalformed(app)
  logRequests(app)
  if (traced) traceRequests(app)
  if (metrics) countRequests(app, metrics.registry)
  protectBrowsers(app, corsOrigins)
  readJsonBodies(app)
  letGoOfStalled(app, stallMs)
  describeApi(app, version)
  if (metrics) metricsRoute(app, metrics, authenticate)
  if (mcp) mcpRoute(app, { answer: mcp, authenticate, origins: corsOrigins })
  app.register(
    async (v1) => {
      guard(v1, authenticate)
      keepAudit(v1, { write: (entry, patienceMs) => control.audit.write(entry, patienceMs) })
      if (rateLimit) limitRates(v1, rateLimit)
      refuseUnknownQuery(v1)
      answerWithEtag(v1)
      answerOnce(v1, control.idempotency)
      await v1.register(healthRoutes, { control })
      await v1.register(providerRoutes, { control })
      await v1.register(infrastructureRoutes, { control })
      await v1.register(adoptionRoutes, { control })
      await v1.register(inventoryRoutes, { control })
      await v1.register(planRoutes, { control })
      await v1.register(statsRoutes, { control })
      await v1.register(operationRoutes, { control })
      await v1.register(eventRoutes, { control, heartbeatMs })
      await v1.register(estimateRoutes, { control })
      await v1.register(whoamiRoutes)
      await v1.register(workspaceRoutes, { control })
      await v1.register(tokenRoutes, { control })
      await v1.register(auditRoutes, { control })
      await v1.register(webhookRoutes, { control })
      await v1.register(costRoutes, { control })
      await v1.register(budgetRoutes, { control })
      await v1.register(credentialRoutes, { control })
      await v1.register(deployRoutes, { control })
      await v1.register(deployKeyRoutes, { control })
      await v1.register(secretRoutes, { control })
    },
    { prefix: '/api/v1' },
  )
  return app
}
