import { eventPatterns, eventTypes, type Json } from '@atlas/core'
import { z } from 'zod'

/** The document says what there is; the server refuses the rest itself, naming the nearest. */
const oneOf = eventPatterns.map((word) => word.replace(/[.*]/g, '\\$&')).join('|')
export const eventPattern = z.string().meta({ pattern: `^(${oneOf})$` })

/** CloudEvents 1.0, structured JSON. */
export const eventJson = z
  .object({
    specversion: z.literal('1.0'),
    id: z.string().describe('What Last-Event-ID takes'),
    source: z.string().describe('`urn:atlas:workspace:<name>`; unique together with `id`'),
    type: z.enum(eventTypes),
    subject: z.string().optional().describe('Name of the infrastructure'),
    time: z.string(),
    datacontenttype: z.literal('application/json'),
    workspace: z.string(),
    infrastructure: z.string().optional(),
    operation: z.string().optional().describe('Id of the operation'),
    step: z.number().optional().describe('Index of the step in the plan'),
    requestid: z.string().optional().describe('`x-request-id` of the request that asked for the operation'),
    traceparent: z.string().optional().describe('Where that request stands in a distributed trace (W3C Trace Context)'),
    sequence: z.string().describe('The id with leading zeros: texts in order are events in order'),
    data: z.custom<Json>(),
  })
  .meta({
    id: 'Event',
    example: {
      specversion: '1.0',
      id: '42',
      source: 'urn:atlas:workspace:default',
      type: 'infrastructure.created',
      subject: 'shop',
      time: '2026-11-20T10:00:02.000Z',
      datacontenttype: 'application/json',
      workspace: 'default',
      infrastructure: 'shop',
      sequence: '0000000000000000042',
      data: { provider: 'digitalocean' },
    },
  })
