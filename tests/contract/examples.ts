import { isConditional } from './corrections.ts'
import { isRecord, type JsonRecord, type JsonValue, resolve } from './document.ts'
import type { Operation } from './operations.ts'

/**
 * Schemas of listings require `meta` and nothing else, so an empty object nearly passes. The official examples are
 * stricter: what all of them have, at the top and in each resource, an answer must have too.
 */
export function missingKeys(document: JsonRecord, operation: Operation, status: number, body: JsonValue): string[] {
  const examples = examplesOf(document, operation, status)
  if (!examples.length) return []
  return missing(examples, body, '', 2)
    .filter(({ path }) => !isConditional(path))
    .map(({ path, problem }) => `${path}: ${problem}`)
}

interface Missing {
  path: string
  problem: string
}

function examplesOf(document: JsonRecord, operation: Operation, status: number): JsonValue[] {
  const response = resolve(document, operation.responses[String(status)])
  const media = resolve(document, resolve(document, response.content)['application/json'])
  const named = Object.values(resolve(document, media.examples)).map((each) => resolve(document, each).value)
  return [media.example, ...named].filter((example) => example !== undefined)
}

function missing(
  examples: readonly JsonValue[],
  actual: JsonValue | undefined,
  path: string,
  depth: number,
): Missing[] {
  if (depth < 0) return []
  if (examples.every(Array.isArray)) {
    if (!Array.isArray(actual)) return [{ path, problem: 'a list in the official examples' }]
    return actual.slice(0, 3).flatMap((item, index) => missing(examples.flat(), item, `${path}/${index}`, depth - 1))
  }
  const records = examples.filter(isRecord)
  if (!records.length || records.length < examples.length || !isRecord(actual)) return []
  const common = Object.keys(records[0]!).filter((key) => records.every((record) => key in record))
  return common.flatMap((key) =>
    key in actual
      ? missing(
          records.map((record) => record[key]!),
          actual[key],
          `${path}/${key}`,
          depth - 1,
        )
      : [{ path: `${path}/${key}`, problem: 'in every official example, and not in the answer' }],
  )
}
