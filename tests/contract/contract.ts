import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019.js'
import addFormats from 'ajv-formats'
import { correct, withoutFields } from './corrections.ts'
import { type JsonRecord, type JsonValue, readDocument, resolve } from './document.ts'
import { missingKeys } from './examples.ts'
import { jsonSchemaOf, type Operation, operationFinder, type Parameter } from './operations.ts'
import { missingFields, undeclared } from './rules.ts'

export interface Request {
  method: string
  /** Path and query. */
  url: string
  body?: JsonValue | undefined
}

export interface Response {
  status: number
  contentType: string
  body?: JsonValue | undefined
}

/** The official document as something to hold requests and answers against. Each method gives what is wrong, in words. */
export interface Contract {
  operation(request: Pick<Request, 'method' | 'url'>): Operation | undefined
  request(request: Request): string[]
  response(request: Pick<Request, 'method' | 'url'>, response: Response): string[]
}

/** Schemas are compiled when first used: starting costs 0.1 s, a check some microseconds. */
export function openContract(file: string): Contract {
  const document = readDocument(file)
  correct(document)
  const find = operationFinder(document)
  const check = validator(document)
  const locate = ({ method, url }: Pick<Request, 'method' | 'url'>) =>
    find(method, new URL(url, 'http://cloud').pathname)

  function parameters(request: Request): string[] {
    const { operation, values } = locate(request)!
    const query = new URL(request.url, 'http://cloud').searchParams
    const known = operation.parameters.filter(({ in: place }) => place === 'path' || place === 'query')
    const names = new Set(known.map(({ name }) => name))
    const strange = [...query.keys()]
      .filter((name) => !names.has(name))
      .map((name) => `unknown query parameter ${name}`)
    const wrong = known.flatMap((each) => {
      const text = each.in === 'path' ? values[each.name] : query.get(each.name)
      if (text === undefined || text === null)
        return each.required ? [`${each.in} parameter ${each.name} is missing`] : []
      return check(`${operation.id} ${each.in} ${each.name}`, each.schema, typed(document, each, text))
    })
    return [...strange, ...wrong]
  }

  return {
    operation: (request) => locate(request)?.operation,

    request(request) {
      const operation = locate(request)?.operation
      if (!operation) return [`the document has no ${request.method} ${request.url}`]
      return [...parameters(request), ...requestBody(operation, request.body)]
    },

    response(request, { status, contentType, body }) {
      const operation = locate(request)?.operation
      if (!operation) return [`the document has no ${request.method} ${request.url}`]
      const described = operation.responses[String(status)] ?? operation.responses.default
      if (!described) return [`status ${status} is not documented`]
      const response = resolve(document, described)
      const types = Object.keys(resolve(document, response.content))
      if (!types.length) return body === undefined ? [] : ['a body where the document has none']
      if (!types.includes(contentType)) return [`content type ${contentType || 'none'}, expected ${types.join(' or ')}`]
      const schema = jsonSchemaOf(document, response)
      if (!schema || contentType !== 'application/json') return []
      if (body === undefined) return ['no body']
      const wrong = check(
        `${operation.id} ${operation.responses[String(status)] ? status : 'default'}`,
        strict(schema),
        body,
      )
      return [...wrong, ...missingKeys(document, operation, status, body)]
    },
  }

  function requestBody(operation: Operation, body: JsonValue | undefined): string[] {
    const { id, body: described } = operation
    if (!described) return body === undefined || Object.keys(body as object).length === 0 ? [] : ['unexpected body']
    if (body === undefined) return described.required ? ['no body'] : []
    const wrong = check(`${id} body`, strict(described.schema), withoutFields(body, undeclared[id] ?? []))
    return [...wrong, ...missingFields(id, body)]
  }
}

/** Fields that a schema does not name are refused at the top. */
const strict = (schema: JsonRecord): JsonRecord => ({ allOf: [schema], unevaluatedProperties: false })

/** A parameter comes as text: as the number or truth value it stands for, where its schema has one. */
function typed(document: JsonRecord, { schema }: Parameter, text: string): JsonValue {
  const { type } = resolve(document, schema)
  if ((type === 'integer' || type === 'number') && text !== '' && !Number.isNaN(Number(text))) return Number(text)
  return type === 'boolean' && (text === 'true' || text === 'false') ? text === 'true' : text
}

function validator(document: JsonRecord): (key: string, schema: JsonRecord, value: JsonValue) => string[] {
  const ajv = new Ajv2019({ strict: false, allErrors: true, logger: false })
  // ajv-formats is CommonJS: its function is the namespace's `default`.
  ;(addFormats as unknown as { default: (target: Ajv2019) => void }).default(ajv)
  for (const name of ['cidr', 'rfc5424', 'rfc3164', 'string', 'url']) if (!ajv.formats[name]) ajv.addFormat(name, true)
  for (const name of ['uint64', 'uint32'])
    ajv.addFormat(name, { type: 'number', validate: (number) => Number.isInteger(number) && number >= 0 })
  ajv.addSchema({ $id: 'document', ...document })
  const compiled = new Map<string, ValidateFunction>()

  return (key, schema, value) => {
    const validate = compiled.get(key) ?? ajv.compile(anchored(schema))
    compiled.set(key, validate)
    if (validate(value)) return []
    return (validate.errors ?? []).slice(0, 10).map((error) => {
      const detail = 'unevaluatedProperty' in error.params ? ` (${error.params.unevaluatedProperty})` : ''
      return `${error.instancePath || '/'} ${error.message}${detail}`
    })
  }
}

/** References within the document, from a schema that stands outside of it. */
const anchored = (schema: JsonRecord): JsonRecord =>
  JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"document#/')) as JsonRecord
