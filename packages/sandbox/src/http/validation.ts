import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifyTypeProvider, RawServerDefault } from 'fastify'
import { z } from 'zod'
import { unprocessable } from './errors.ts'

/** Bodies, queries and path parameters are zod schemas; handlers get what they parse to. */
export interface ZodTypes extends FastifyTypeProvider {
  validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown
}

export type App = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypes>

/** Fastify's validator: a refused body is the cloud's 422 with the first thing that is wrong in words. */
export function compileZod({ schema }: { schema: unknown }) {
  return (data: unknown) => {
    const result = (schema as z.ZodType).safeParse(data ?? undefined)
    return result.success ? { value: result.data } : { error: unprocessable(inWords(result.error)) }
  }
}

/** An issue whose message ends with a full stop is a whole sentence of the cloud's; others are prefixed by their field. */
function inWords(error: z.ZodError): string {
  const issue = error.issues[0]!
  if (issue.message.endsWith('.')) return issue.message
  const field = issue.path.join('.')
  if (issue.code === 'invalid_union' && issue.discriminator) return `${issue.discriminator} is not valid`
  if (issue.code === 'invalid_type' && issue.input === undefined) return `${field || 'body'} is required`
  return field ? `${field}: ${issue.message}` : issue.message
}

/** A path parameter that must be a number where the cloud has one: anything else is simply not there. */
export const integer = (text: string): number => (/^\d{1,15}$/.test(text) ? Number(text) : -1)

export const param = (request: { params: unknown }, name: string): string =>
  (request.params as Record<string, string>)[name] ?? ''

export const queryOf = (request: { query: unknown }): Record<string, string | undefined> =>
  request.query as Record<string, string | undefined>

/** Go clients send `null` for an empty list. */
export const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? [])
