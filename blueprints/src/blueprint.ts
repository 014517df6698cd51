import type { JsonObject } from '@atlas/core'
import type { z } from 'zod'

/** A function from typed parameters to the description of an infrastructure. */
export interface Blueprint<Options extends z.ZodType = z.ZodType> {
  name: string
  /** One sentence on what it makes. */
  summary: string
  /** Its parameters; the `.describe()` texts are their documentation. */
  options: Options
  /**
   * The description, to be planned like one that a person wrote.
   * @throws AtlasError csv_invalid or config_invalid with every finding
   */
  build(options: z.input<Options>): JsonObject
}
