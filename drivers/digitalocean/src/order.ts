import { canonical, type Json, type JsonObject } from '@atlas/core'

/** A set as a list that is always the same. */
export const inOrder = (values: readonly Json[]): Json[] =>
  [...values].sort((one, other) => (canonical(one) < canonical(other) ? -1 : 1))

/**
 * Tags as a set that can be compared: they are told apart without regard to capitals, and shown with those that a tag
 * was first written with ("case stable", says the official document of August 2026).
 */
export const tagSet = (tags: Json | undefined): Json[] =>
  inOrder(((tags ?? []) as Json[]).map((tag) => (typeof tag === 'string' ? tag.toLowerCase() : tag)))

/** Without what is not there: neither empty texts nor absent fields. */
export const present = (fields: { [name: string]: Json | undefined }): JsonObject =>
  Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, Json] => field[1] !== undefined && field[1] !== ''),
  )
