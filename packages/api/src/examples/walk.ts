import { access } from './access.ts'
import { adoption } from './adoption.ts'
import { changes } from './changes.ts'
import { deploys } from './deploys.ts'
import type { Example } from './example.ts'
import { exporting, upkeep } from './upkeep.ts'
import { delivering, subscribing } from './webhooks.ts'

/** Every example, in an order that makes sense. */
export const walk: readonly Example[] = [
  ...subscribing,
  exporting,
  ...changes,
  ...adoption,
  ...deploys,
  ...delivering,
  ...access,
  ...upkeep,
]
