import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Answer, Example } from './example.ts'
import { walk } from './walk.ts'

interface Media {
  examples?: Record<string, { summary: string; value: unknown }>
}

/** As much of an operation of an OpenAPI document as examples belong to. */
export interface ExampledOperation {
  operationId?: string
  parameters?: { name: string; in: string; example?: unknown }[]
  requestBody?: { content: Record<string, Media> }
  responses?: Record<string, { content?: Record<string, Media> }>
}

const answersFile = join(import.meta.dirname, 'answers.json')

/** What a real server answered, by the name of the example. */
export const recordedAnswers = (): Record<string, Answer> => JSON.parse(readFileSync(answersFile, 'utf8'))

export const answersPath = answersFile

/** Puts the examples of the walk, and what they were answered, at their places. */
export function attachExamples(operations: readonly ExampledOperation[]): void {
  const answers = recordedAnswers()
  for (const example of walk) {
    const operation = operations.find(({ operationId }) => operationId === example.operation)
    if (operation) attach(operation, example, answers)
  }
}

function attach(operation: ExampledOperation, example: Example, answers: Record<string, Answer>): void {
  const { name, summary, path, query = {}, body, status } = example
  if (body !== undefined) note(operation.requestBody?.content['application/json'], example, body)
  const answer = answers[name]
  if (answer === undefined) return
  const type = typeof answer === 'string' ? 'application/x-ndjson' : 'application/json'
  note(operation.responses?.[status]?.content?.[type], { name, summary }, answer)
  // A preview's query is not what a first try should show.
  const values = { ...(name === example.operation ? query : {}), ...path?.((earlier) => answers[earlier]) }
  for (const parameter of operation.parameters ?? [])
    if (values[parameter.name] !== undefined) parameter.example ??= values[parameter.name]
}

function note(media: Media | undefined, { name, summary }: Pick<Example, 'name' | 'summary'>, value: unknown): void {
  if (media) media.examples = { ...media.examples, [name]: { summary, value } }
}
