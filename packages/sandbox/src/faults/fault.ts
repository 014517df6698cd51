import { z } from 'zod'

const ms = z.number().int().min(0).max(3_600_000)

const scope = {
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional().describe('Only requests of this method.'),
  path: z.string().startsWith('/').default('/v2/*').describe('Only requests to this path; * stands for any text.'),
  probability: z.number().min(0).max(1).default(1).describe('How likely a matching request is hit.'),
  seed: z.number().int().default(1).describe('The same seed hits the same requests in the same order.'),
  count: z.number().int().min(1).optional().describe('Ends after so many hits.'),
  expires_in_ms: ms.optional().describe('Ends after this time.'),
}

const requestFault = z.discriminatedUnion('kind', [
  z.object({ ...scope, kind: z.literal('latency'), ms }).describe('The answer takes longer by this.'),
  z
    .object({ ...scope, kind: z.literal('rate_limit'), retry_after_s: z.number().int().min(0).default(1) })
    .describe('429 and nothing happens.'),
  z
    .object({
      ...scope,
      kind: z.literal('error'),
      status: z.union([z.literal(403), z.number().int().min(500).max(599)]).default(500),
    })
    .extend({ when: z.enum(['before', 'after']).default('before') })
    .describe('A 5xx answer, or a 403; `after` means that what was asked for did happen.'),
  z.object({ ...scope, kind: z.literal('lost_request') }).describe('The connection breaks and nothing happens.'),
  z.object({ ...scope, kind: z.literal('lost_answer') }).describe('It happens, and the connection breaks.'),
  z
    .object({ ...scope, kind: z.literal('slow_answer'), ms })
    .describe('It happens at once; the answer comes so much later, past a timeout for instance.'),
  z.object({ ...scope, kind: z.literal('list_lag'), ms }).describe('Listings are behind by this.'),
])

const droplet = { droplet: z.number().int().describe('The droplet.'), expires_in_ms: ms.optional() }
const machineFault = z.discriminatedUnion('kind', [
  z.object({ ...droplet, kind: z.literal('crash') }).describe('The machine dies at once, without shutdown.'),
  z.object({ ...droplet, kind: z.literal('hang') }).describe('Connections succeed and nothing answers.'),
  z.object({ ...droplet, kind: z.literal('partition') }).describe('Packets vanish: connecting times out.'),
  z.object({ ...droplet, kind: z.literal('slow_disk'), delay_ms: ms }).describe('Every disk access waits.'),
])

/** What POST /_sandbox/faults takes. */
export const fault = z.discriminatedUnion('kind', [requestFault, machineFault])
export type Fault = z.output<typeof fault>
export type RequestFault = z.output<typeof requestFault>
export type MachineFaultRequest = z.output<typeof machineFault>

export const isMachineFault = (candidate: Fault): candidate is MachineFaultRequest => 'droplet' in candidate
