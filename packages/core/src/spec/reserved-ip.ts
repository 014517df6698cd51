import { z } from 'zod'
import { idOf } from './values.ts'

/** A public IPv4 address of the region that stays while machines come and go. */
export const reservedIp = z.strictObject({
  machine: idOf('machine')
    .optional()
    .describe('The machine it leads to, changed in place; without one it is kept for the region, and paid for.'),
})
