import { attachExamples, type ExampledOperation } from './examples/attach.ts'

interface Schema {
  $ref?: string
  required?: readonly string[]
}

interface Operation extends ExampledOperation {
  requestBody?: { required?: boolean; content: Record<string, { schema?: Schema; examples?: Record<string, never> }> }
}

interface Document {
  paths?: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, unknown> }
}

/** What the routes' schemas alone do not say: examples, which bodies may be left out, names as one would choose them. */
export function finishDocument<T extends object>(given: T): T {
  const document = withPlainNames(withoutUnused(given as Document))
  const operations = Object.values(document.paths ?? {}).flatMap((path) => Object.values(path))
  for (const { requestBody } of operations)
    if (requestBody) requestBody.required = Object.values(requestBody.content).some(({ schema }) => mustBeSent(schema))
  attachExamples(operations)
  return document as T
}

const mustBeSent = (schema: Schema | undefined) => schema?.$ref !== undefined || (schema?.required?.length ?? 0) > 0

/** Each named schema comes in two forms, for requests and for answers; most are used in one. */
function withoutUnused(document: Document): Document {
  const { schemas = {} } = document.components ?? {}
  for (let text = JSON.stringify(document); ; text = JSON.stringify(document)) {
    const unused = Object.keys(schemas).filter((name) => !text.includes(`"#/components/schemas/${name}"`))
    if (unused.length === 0) return document
    for (const name of unused) delete schemas[name]
  }
}

/** Where only the form for requests is used, it needs no ending that tells it from the other. */
function withPlainNames(document: Document): Document {
  const names = Object.keys(document.components?.schemas ?? {})
  const plain = (name: string) => {
    const base = name.replace(/Input$/, '')
    return names.includes(base) ? name : base
  }
  const text = JSON.stringify(document).replace(
    /"#\/components\/schemas\/(\w+)"/g,
    (_, name: string) => `"#/components/schemas/${plain(name)}"`,
  )
  const renamed = JSON.parse(text) as Document
  const { schemas = {} } = renamed.components ?? {}
  if (renamed.components)
    renamed.components.schemas = Object.fromEntries(Object.entries(schemas).map(([name, one]) => [plain(name), one]))
  return renamed
}
