import { bodyOf, type Client } from '@atlas/client'
import type { JsonObject } from '@atlas/core'
import { AtlasError, catalogue } from '@atlas/core/errors'
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'
import { answer, refusal } from './answer.ts'
import { explanationOf } from './explanation.ts'
import * as shapes from './shapes.ts'

const looking = { readOnlyHint: true, openWorldHint: false } as const
const codes = Object.keys(catalogue) as [string, ...string[]]

/** The tools that change nothing. */
export function lookTools(mcp: McpServer, client: Client): void {
  mcp.registerTool(
    'list_infrastructure',
    {
      title: 'List infrastructure',
      description: 'What exists in the workspace, by name, in pages: status, place and price.',
      inputSchema: {
        cursor: z.string().optional().describe('`next_cursor` of the page before'),
        limit: z.int().min(1).max(200).default(50),
      },
      outputSchema: { infrastructure: z.array(shapes.infrastructure), next_cursor: z.string().optional() },
      annotations: looking,
    },
    ({ cursor, limit }) => {
      const query = { limit, ...(cursor !== undefined && { cursor }) }
      return bodyOf(client.api.GET('/api/v1/infrastructure', { params: { query } })).then(
        (page) => answer(page),
        refusal,
      )
    },
  )
  mcp.registerTool(
    'get_infrastructure',
    {
      title: 'Show an infrastructure',
      description: 'One infrastructure with its resources as they were seen last: specifications, addresses, prices.',
      inputSchema: { name: z.string().describe('Name or id') },
      outputSchema: { infrastructure: shapes.infrastructure },
      annotations: looking,
    },
    ({ name }) => client.infrastructure(name).then((infrastructure) => answer({ infrastructure }), refusal),
  )
  mcp.registerTool(
    'estimate_cost',
    {
      title: 'Estimate what a description costs',
      description: 'USD a month at list price, resource by resource. No cloud is asked and nothing is made.',
      inputSchema: { description: z.record(z.string(), z.unknown()).describe('As for `plan`') },
      outputSchema: { estimated_monthly_cost: z.number(), currency: z.string(), catalogue_date: z.string() },
      annotations: looking,
    },
    ({ description }) => client.estimate(description as JsonObject).then((estimate) => answer(estimate), refusal),
  )
  mcp.registerTool(
    'operation_status',
    {
      title: 'How an operation is doing',
      description:
        'Status, steps done and the error of an operation: by its id, or by the hash of the plan it carries out.',
      inputSchema: { operation: z.string().optional(), plan_hash: shapes.planHash.optional() },
      outputSchema: { operation: shapes.operation, steps: z.array(z.looseObject({})) },
      annotations: looking,
    },
    (given) => statusOf(client, given).then((status) => answer(status), refusal),
  )
  mcp.registerTool(
    'list_events',
    {
      title: 'What happened',
      description: 'The latest events first, or those of one infrastructure or operation.',
      inputSchema: {
        infrastructure: z.string().optional(),
        operation: z.string().optional(),
        limit: z.int().min(1).max(200).default(20),
      },
      outputSchema: { events: z.array(z.looseObject({ id: z.string(), type: z.string() })) },
      annotations: looking,
    },
    (filter) => latestEvents(client, filter).then((page) => answer(page), refusal),
  )
  mcp.registerTool(
    'explain_error',
    {
      title: 'What an error means',
      description: 'What a code of Atlas means and what to do about it.',
      inputSchema: { code: z.enum(codes) },
      outputSchema: { code: z.string(), title: z.string(), explanation: z.string() },
      annotations: looking,
    },
    ({ code }) => {
      const explained = explanationOf(code)
      return answer(explained, `${explained.title}\n\n${explained.explanation}`)
    },
  )
}

async function statusOf(
  client: Client,
  { operation: id, plan_hash }: { operation?: string | undefined; plan_hash?: string | undefined },
) {
  const found = id === undefined ? await carryingOut(client, plan_hash) : await client.operation(id)
  return { operation: found, steps: await client.steps(found.id) }
}

async function carryingOut(client: Client, hash: string | undefined) {
  if (hash === undefined) throw new AtlasError('usage', 'operation_status needs an operation or a plan_hash')
  const latest = await client.operations({ limit: 200 })
  const found = latest.find(({ plan_hash }) => plan_hash === hash)
  if (found) return found
  const { approval } = await bodyOf(client.api.GET('/api/v1/plans/{hash}', { params: { path: { hash } } }))
  const said = { pending: 'it waits for a person', approved: 'it is approved', rejected: 'it was rejected' }
  throw new AtlasError(
    'not_found',
    `No operation carries that plan out: ${approval ? said[approval.status] : 'nobody has asked for it'}.`,
    { hint: approval?.status === 'pending' ? `a person types: atlas approve ${hash}` : 'call apply with its hash' },
  )
}

interface Latest {
  infrastructure?: string | undefined
  operation?: string | undefined
  limit: number
}

function latestEvents({ api }: Client, filter: Latest) {
  const { infrastructure, operation, limit } = filter
  const query = {
    follow: false,
    order: 'desc' as const,
    limit,
    ...(infrastructure !== undefined && { infrastructure }),
    ...(operation !== undefined && { operation }),
  }
  return bodyOf(api.GET('/api/v1/events', { params: { query } })) as Promise<{ events: object[] }>
}
