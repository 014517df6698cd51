import { catalogue, type ErrorCode } from '@atlas/core'
import { z } from 'zod'

const codes = Object.keys(catalogue) as [ErrorCode, ...ErrorCode[]]

/** RFC 9457, with what Atlas adds: a stable `code`, a `hint` that says what to do, every finding in `problems`. */
z.globalRegistry.add(
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string().describe('The request, as the server’s log names it'),
    code: z.enum(codes),
    hint: z.string().optional().describe('What to do next'),
    problems: z
      .array(
        z.object({
          where: z.string().optional().describe('A JSON pointer, or file:line:column'),
          message: z.string(),
          found: z.string().optional(),
          expected: z.string().optional(),
          hint: z.string().optional(),
        }),
      )
      .optional(),
  }),
  { id: 'Problem' },
)
