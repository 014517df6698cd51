import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }
export type JsonRecord = { [key: string]: JsonValue }

/** DigitalOcean's official OpenAPI document, where this checkout has it; `ATLAS_SPECS` names another folder. */
export function findDocument(): string | undefined {
  const folder = process.env.ATLAS_SPECS ?? join(import.meta.dirname, '../../../shared/specs')
  const file = join(folder, 'digitalocean.openapi.json')
  return existsSync(file) ? file : undefined
}

/**
 * Reads the document and makes its OpenAPI 3.0 schemas ones that JSON Schema 2019-09 reads as they are meant:
 * - `discriminator` beside `anyOf` would let every variant pass for any tag: it becomes a switch on the tag;
 * - `nullable` without a type, and enums of nullable fields that leave null out;
 * - patterns that are no regular expressions under the flag `u`, which validators set.
 */
export function readDocument(file: string): JsonRecord {
  const document = JSON.parse(readFileSync(file, 'utf8')) as JsonRecord
  translate(document)
  return document
}

function translate(value: JsonValue): void {
  if (Array.isArray(value)) for (const item of value) translate(item)
  if (!isRecord(value)) return
  switchOnTag(value)
  allowNull(value)
  if (typeof value.pattern === 'string' && !isPattern(value.pattern)) delete value.pattern
  for (const inner of Object.values(value)) translate(inner)
}

function switchOnTag(schema: JsonRecord): void {
  const { discriminator } = schema
  if (!isRecord(discriminator) || !isRecord(discriminator.mapping) || !(schema.oneOf || schema.anyOf)) return
  const tag = String(discriminator.propertyName)
  const cases = Object.entries(discriminator.mapping)
  schema.required = [tag]
  schema.properties = { [tag]: { enum: cases.map(([value]) => value) } }
  schema.allOf = cases.map(([value, ref]) => ({
    if: { properties: { [tag]: { const: value } }, required: [tag] },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
    then: { $ref: ref },
  }))
  delete schema.oneOf
  delete schema.anyOf
  delete schema.discriminator
}

function allowNull(schema: JsonRecord): void {
  if (schema.nullable !== true) return
  if (Array.isArray(schema.enum) && !schema.enum.includes(null)) schema.enum = [...schema.enum, null]
  if (schema.type !== undefined) return
  const { nullable: _, ...inner } = schema
  for (const key of Object.keys(schema)) delete schema[key]
  schema.anyOf = [{ type: 'null' }, inner]
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u')
    return true
  } catch {
    return false
  }
}

export const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a `$ref`, or a chain of them, points to. */
export function resolve(document: JsonRecord, value: JsonValue | undefined): JsonRecord {
  let current = value
  while (isRecord(current) && typeof current.$ref === 'string') current = at(document, current.$ref)
  return isRecord(current) ? current : {}
}

function at(document: JsonRecord, pointer: string): JsonValue | undefined {
  const keys = pointer.slice(2).split('/')
  const names = keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  return names.reduce<JsonValue | undefined>((value, key) => (isRecord(value) ? value[key] : undefined), document)
}
