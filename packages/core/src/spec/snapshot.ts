import { z } from 'zod'
import { idOf, together } from './values.ts'

/** A copy of a disk at one moment. A machine's snapshot leaves out the volumes attached to it. */
export const snapshot = z
  .strictObject({
    machine: idOf('machine').optional().describe('The machine whose disk is copied; either this or `volume`.'),
    volume: idOf('volume').optional().describe('The volume that is copied; either this or `machine`.'),
  })
  .refine(
    (source) => (source.machine === undefined) !== (source.volume === undefined),
    together('either machine or volume', ['machine']),
  )
