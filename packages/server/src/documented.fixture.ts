import { openApiDocument } from '@atlas/api'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

export interface DocumentedOperation {
  method: string
  /** With `{id}` in it. */
  path: string
  operationId: string
  tags: string[]
  parameters?: { name: string; in: string; required?: boolean; schema: object; example?: unknown }[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, { content?: Record<string, Media> }>
}

interface Media {
  schema: object
  examples?: Record<string, { value: unknown }>
}

export const document = (await openApiDocument()) as {
  tags: { name: string }[]
  paths: Record<string, Record<string, object>>
}

export const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method, path, ...operation }) as DocumentedOperation),
)

// Words of OpenAPI, and those that core keeps for itself, are none of JSON Schema.
const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addSchema({ $id: 'atlas', ...document })

const escaped = (key: string) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))

/** What is wrong with a value by the document's schema at these keys; nothing where it is as documented. */
export function faults(value: unknown, ...keys: string[]): string[] {
  const $ref = `atlas#/${['paths', ...keys].map(escaped).join('/')}`
  const validate = ajv.getSchema($ref) ?? ajv.compile({ $ref })
  if (validate(value)) return []
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

/** What is wrong with an answer by the document: a status that it does not know, or a body of another shape. */
export function answerFaults(operation: DocumentedOperation, status: number, type: string, body: unknown): string[] {
  const { method, path, responses } = operation
  const key = [String(status), `${String(status)[0]}XX`].find((one) => one in responses)
  if (key === undefined) return [`${status} is not documented`]
  const media = type.split(';')[0]!
  if (media === '' || media === 'text/event-stream') return []
  if (!responses[key]!.content?.[media]) return [`${status} with ${media} is not documented`]
  if (!/^application\/(problem\+)?json$/.test(media)) return []
  return faults(body, path, method, 'responses', key, 'content', media, 'schema')
}
