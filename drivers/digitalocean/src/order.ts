import { canonical, type Json } from '@atlas/core'

/** A set as a list that is always the same. */
export const inOrder = (values: readonly Json[]): Json[] =>
  [...values].sort((one, other) => (canonical(one) < canonical(other) ? -1 : 1))
