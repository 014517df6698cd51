import { AtlasError, expectation, type Problem, problemsOf } from '@atlas/core'
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { type DeploymentConfig, deploymentConfig } from './schema.ts'

/** deployment_config.json as a person wrote it, found valid. @throws AtlasError `config_invalid`, as `parseFile` */
export const parseDeploymentConfig = (text: string, file = 'deployment_config.json'): DeploymentConfig =>
  parseFile(text, file, deploymentConfig)

/**
 * A file of configuration in JSON, found valid.
 * @param file how messages call it
 * @throws AtlasError `config_invalid` with every finding: `file:line:column`, what was found and expected, the nearest
 * valid word
 */
export function parseFile<Schema extends z.ZodType>(text: string, file: string, schema: Schema): z.output<Schema> {
  const lines = new LineCounter()
  const document = parseDocument(text, { schema: 'json', lineCounter: lines })
  const [broken] = document.errors
  if (broken) {
    const [what = ''] = broken.message.split(/ at line \d+|\n/)
    throw refusal([{ where: place(file, lines, broken.pos[0]), message: what }])
  }
  const value: unknown = document.toJS()
  const parsed = schema.safeParse(value, { error: expectation, reportInput: false })
  if (parsed.success) return parsed.data
  const problems = problemsOf(schema, value, parsed.error.issues)
  throw refusal(problems.map((problem) => ({ ...problem, where: located(problem.where ?? '') })))

  function located(pointer: string): string {
    const path = pointer.split('/').slice(1).map(unescaped)
    return `${place(file, lines, offsetOf(document, path))} ${path.join('.')}`.trimEnd()
  }
}

const unescaped = (key: string) => key.replaceAll('~1', '/').replaceAll('~0', '~')

/** Of the node, or of the nearest that is there around it where it is missing. */
function offsetOf(document: Document, path: readonly string[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return document.contents?.range?.[0] ?? 0
}

function place(file: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset)
  return `${file}:${line}:${col}`
}

function refusal(problems: readonly Problem[]): AtlasError {
  const [first] = problems
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  const expected = first?.expected ? `, expected ${first.expected}` : ''
  return new AtlasError('config_invalid', `${first?.where}: ${first?.message}${expected}${more}.`, {
    problems,
    hint: first?.hint ?? 'Change what is named above and try again.',
  })
}
