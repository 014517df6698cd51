import { isRecord, type JsonRecord, resolve } from './document.ts'

export interface Parameter {
  name: string
  in: string
  required: boolean
  schema: JsonRecord
}

export interface Operation {
  /** Such as `droplets_create`. */
  id: string
  method: string
  /** Such as `/v2/droplets/{droplet_id}`. */
  template: string
  parameters: Parameter[]
  body: { schema: JsonRecord; required: boolean } | undefined
  responses: JsonRecord
}

interface Route {
  operation: Operation
  pattern: RegExp
  names: string[]
}

export interface Found {
  operation: Operation
  /** Path parameters, decoded. */
  values: Record<string, string>
}

const methods = ['get', 'post', 'put', 'patch', 'delete']

/** Finds the operation of a request; where several templates match, the one with the most literal segments. */
export function operationFinder(document: JsonRecord): (method: string, path: string) => Found | undefined {
  const routes = Object.entries(resolve(document, document.paths)).flatMap(([template, item]) =>
    methods.flatMap((method) => (isRecord(item) && item[method] ? [route(document, template, item, method)] : [])),
  )
  routes.sort((a, b) => a.names.length - b.names.length)
  return (method, path) => {
    for (const { operation, pattern, names } of routes) {
      if (operation.method !== method.toUpperCase()) continue
      const match = pattern.exec(path)
      if (!match) continue
      const values = names.map((name, index) => [name, decodeURIComponent(match[index + 1]!)])
      return { operation, values: Object.fromEntries(values) as Record<string, string> }
    }
    return undefined
  }
}

function route(document: JsonRecord, template: string, item: JsonRecord, method: string): Route {
  const source = resolve(document, item[method])
  const body = resolve(document, source.requestBody)
  const schema = jsonSchemaOf(document, body)
  const shared = [item.parameters, source.parameters].flatMap((list) => (Array.isArray(list) ? list : []))
  const operation: Operation = {
    id: String(source.operationId),
    method: method.toUpperCase(),
    template,
    parameters: shared.map((each) => parameter(resolve(document, each))),
    body: schema && { schema, required: body.required === true },
    responses: resolve(document, source.responses),
  }
  const names = [...template.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name!)
  const pattern = template.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '([^/]+)')
  return { operation, names, pattern: new RegExp(`^${pattern}$`) }
}

function parameter(source: JsonRecord): Parameter {
  const schema = isRecord(source.schema) ? source.schema : {}
  return { name: String(source.name), in: String(source.in), required: source.required === true, schema }
}

/** The schema of a request or response body in JSON. */
export function jsonSchemaOf(document: JsonRecord, body: JsonRecord): JsonRecord | undefined {
  const schema = resolve(document, resolve(document, body.content)['application/json']).schema
  return isRecord(schema) ? schema : undefined
}
