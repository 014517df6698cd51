import type { Plan } from '@atlas/core'
import { expectTypeOf, test } from 'vitest'
import type { z } from 'zod'
import type { planJson } from './plan-document.ts'

type Documented = z.output<typeof planJson>

/** JSON of any shape is `unknown` to the document. */
type Fields<T> = T extends readonly (infer Item)[]
  ? Fields<Item>[]
  : T extends object
    ? string extends keyof T
      ? 'a record'
      : { [Key in keyof T]-?: Key extends 'from' | 'to' ? 'json' : Fields<Exclude<T[Key], undefined>> }
    : T

test('the document knows every field of a plan', () => {
  expectTypeOf<Fields<Documented>>().toEqualTypeOf<Fields<Plan>>()
})
