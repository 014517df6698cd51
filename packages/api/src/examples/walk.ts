import { access } from './access.ts'
import { adoption } from './adoption.ts'
import { changes } from './changes.ts'
import type { Example } from './example.ts'

/** Every example, in an order that makes sense. */
export const walk: readonly Example[] = [...changes, ...adoption, ...access]
