import { z } from 'zod'
import type { ResourceType } from './types.ts'

/** A value that another resource has: `{ "ref": "net.id" }` is the attribute `id` of the resource `net`. */
export interface Reference {
  ref: string
}

export type Target = `${ResourceType}.${string}`

export const isReference = (value: unknown): value is Reference =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && 'ref' in value

const referenceTo = (targets: readonly Target[]) =>
  z
    .strictObject({
      ref: z
        .string()
        .regex(/^[a-zA-Z0-9][a-zA-Z0-9.-]*\.[a-z][a-z0-9_]*$/, 'a name and an attribute, such as net.id')
        .describe('`name.attribute` of another resource of this infrastructure, such as `net.id`.'),
    })
    .meta({ refersTo: targets })

/**
 * A value written out, or a reference to one. `targets` says which attributes make sense there
 * (`vpc.id`); without any, every attribute does.
 */
export const refOr = <S extends z.ZodType>(schema: S, ...targets: Target[]) => z.union([referenceTo(targets), schema])

/** The cloud's own id of a resource, or a reference to one of this infrastructure. */
export const idOf = (type: ResourceType) => refOr(z.string().min(1, `the id of a ${type}`), `${type}.id`)

// The error texts of these schemas say what is expected: they become a problem's `expected`.

/** Names become host names, so they have their characters. */
export const name = z
  .string()
  .regex(
    /^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,61}[a-zA-Z0-9])?$/,
    'letters, digits, dots and dashes, at most 63, with a letter or digit at both ends',
  )

/** What DigitalOcean takes as a tag (OpenAPI document, `tags`). */
export const tag = z
  .string()
  .regex(/^[a-zA-Z0-9_:-]{1,255}$/, 'letters, digits, colons, dashes and underscores, at most 255')

export const tags = z
  .array(refOr(tag))
  .default([])
  .describe('Tags of this resource in the cloud, beside those of the infrastructure.')

const addressForms = [z.ipv4(), z.cidrv4(), z.ipv6(), z.cidrv6()]

export const address = z
  .string()
  .refine(
    (text) => addressForms.some((form) => form.safeParse(text).success),
    'an IP address or a CIDR, such as 203.0.113.7/32',
  )

export const port = z
  .int('a port from 1 to 65535')
  .min(1, 'a port from 1 to 65535')
  .max(65_535, 'a port from 1 to 65535')

export const vpc = idOf('vpc')
  .optional()
  .describe('The private network it is in; the default one of the region otherwise.')

/**
 * For a rule over several fields: it is checked also where a field beside them is wrong, so that all findings come at
 * once – but not where a field is unknown, which is probably one of them misspelt.
 */
export const together = (error?: string, path: string[] = []) => ({
  ...(error !== undefined && { error, path }),
  when: ({ value, issues }: { value: unknown; issues: readonly { code?: string | undefined }[] }) =>
    typeof value === 'object' && value !== null && !issues.some(({ code }) => code === 'unrecognized_keys'),
})
