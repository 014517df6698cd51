import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { keyPattern } from './idempotency.ts'
import { finishDocument } from './openapi-finish.ts'
import './wire/problem.ts'

const description = `Everything that changes the world is a plan first: ask for it with \`?plan=true\`, look at it, and send its hash back.

Send \`Authorization: Bearer <token>\`. Errors are problem documents (RFC 9457) with a stable \`code\` and a \`hint\`.`

const tags = [
  { name: 'infrastructure', description: 'What there is, and how it is changed: by a plan first.' },
  { name: 'deployments', description: 'Which release of a project serves which environment.' },
  { name: 'operations', description: 'Changes under way and done: durable, to be watched, cancelled and undone.' },
  { name: 'events', description: 'What happens, in order, without gaps.' },
  { name: 'costs', description: 'Prices from a dated catalogue, before anything exists.' },
  { name: 'plans', description: 'Plans that are kept for a day, to be approved by somebody else.' },
  { name: 'webhooks', description: 'Events that are sent, signed, until they arrive.' },
  { name: 'audit', description: 'Who did what, in one chain of hashes.' },
  { name: 'credentials', description: 'What the clouds are called with: written, never read.' },
  { name: 'deploy-keys', description: 'What opens the repositories of projects: written, never read.' },
  { name: 'secrets', description: 'What services are given: written, never read.' },
  { name: 'workspaces', description: 'Each sees only what is its own.' },
  { name: 'tokens', description: 'Who may come in, as what, and for how long.' },
  { name: 'providers', description: 'The clouds that this server knows.' },
  { name: 'server', description: 'The server itself.' },
]

/** What JSON Schema has no word for (a plan, a JSON value of any kind) is left open. */
const zodToJsonConfig = { unrepresentable: 'any' } as const

const transform = createJsonSchemaTransform({ zodToJsonConfig })
const withComponents = createJsonSchemaTransformObject({ zodToJsonConfig })

/** The pages at /docs ask nobody but this server, whether it is reached by https or not. */
const ownOrigin = "default-src 'self'; base-uri 'self'; frame-ancestors 'self'; img-src 'self' data:; object-src 'none'"

/** Serves the document that the routes' own schemas make up, and pages to read and try it: nothing comes from elsewhere. */
export function describeApi(app: FastifyInstance, version: string): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Atlas', version, description, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'The token of a workspace, or the server’s own' },
        },
      },
      security: [{ token: [] }],
      tags,
    },
    transform: (route) => {
      const { schema, url } = transform(route)
      return { schema: finished(keyed(schema, route.route.method), route.route.config?.role), url }
    },
    transformObject: (document) => finishDocument(withComponents(document)),
  })
  app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: ownOrigin,
    theme: { title: 'Atlas API' },
    // A bar to explore other documents has no place here: the policy above would let none be fetched.
    uiConfig: { layout: 'BaseLayout' },
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}

/** Every route may answer with a problem; one for anyone asks for no token. */
function finished(schema: FastifySchema, role: string | undefined): FastifySchema {
  if (schema.hide) return schema
  const { response = {} } = schema as { response?: object }
  return {
    ...schema,
    ...(role === 'anyone' ? { security: [] } : {}),
    response: { ...response, '4XX': failure, '5XX': failure },
  }
}

const idempotencyKey = {
  type: 'string',
  pattern: keyPattern.source,
  description: 'A repetition with the same key within 24 hours gets the answer of the first and changes nothing',
}

/** Whatever changes something may be sent with a key. */
function keyed(schema: FastifySchema, method: string | string[]): FastifySchema {
  if (schema.hide || !['POST', 'PUT', 'DELETE'].includes(String(method))) return schema
  const { properties = {}, ...headers } = (schema.headers ?? { type: 'object' }) as { properties?: object }
  return { ...schema, headers: { ...headers, properties: { ...properties, 'Idempotency-Key': idempotencyKey } } }
}

const failure = {
  description: 'A problem document',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
}
