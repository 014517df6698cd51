import { bodyOf, type Client, type Planned } from '@atlas/client'
import type { JsonObject, Plan } from '@atlas/core'
import { AtlasError, isAtlasError } from '@atlas/core/errors'
import { renderText } from '@atlas/core/render'
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'
import { answer, refusal } from './answer.ts'
import * as shapes from './shapes.ts'

const wish = {
  description: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('To make or change: name, provider, region and resources, as /openapi.json describes it'),
  destroy: z.string().optional().describe('Instead: name of the infrastructure to destroy'),
  repair: z.string().optional().describe('Instead: name of the infrastructure to bring back to its description'),
  rollback: z.string().optional().describe('Instead: id of the operation to undo'),
}

/** The two tools by which an agent changes the world: a plan, and that plan carried out. There is no third. */
export function changeTools(mcp: McpServer, client: Client): void {
  mcp.registerTool(
    'plan',
    {
      title: 'Plan a change',
      description: 'What would change, why and at what price. Changes nothing; the plan is kept for a day by its hash.',
      inputSchema: wish,
      outputSchema: shapes.planned,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    (given) => made(client, given).then(planAnswer, refusal),
  )
  mcp.registerTool(
    'apply',
    {
      title: 'Carry a plan out',
      description:
        'Carries out exactly the plan of this hash. Refused where the world has changed since. `awaiting_approval` means that a person has to approve it elsewhere: tell them what to type, and call again once they have.',
      inputSchema: { plan_hash: shapes.planHash },
      outputSchema: {
        status: z.enum(['started', 'awaiting_approval']),
        plan_hash: z.string(),
        operation: shapes.operation.optional(),
        approve_with: z.string().optional().describe('What a person types to approve it'),
      },
      annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: false },
    },
    ({ plan_hash }) => apply(client, plan_hash).catch(refusal),
  )
}

async function made(client: Client, given: z.infer<z.ZodObject<typeof wish>>): Promise<Planned> {
  const { description, destroy, repair, rollback } = given
  if (Object.values(given).filter((one) => one !== undefined).length !== 1)
    throw new AtlasError('usage', 'plan needs exactly one of description, destroy, repair, rollback')
  const keep = { store: true }
  if (destroy !== undefined) return client.planDestroy(destroy, keep)
  if (repair !== undefined) return client.planRepair(repair, keep)
  if (rollback !== undefined) return client.planRollback(rollback, keep)
  return client.planApply(withoutApproval(description), keep)
}

/** What stands in a description as approval is no approval here. The server judges the rest. */
function withoutApproval({
  plan_hash: _,
  consent: __,
  override_budget: ___,
  ...description
}: Record<string, unknown> = {}): JsonObject {
  return description as JsonObject
}

function planAnswer(plan: Planned) {
  const value = {
    plan_hash: plan.hash,
    infrastructure: plan.infrastructure,
    kind: plan.kind,
    steps: plan.steps.map(({ n, action, resource, type, reason, risk }) => ({
      n,
      action,
      resource,
      type,
      reason,
      risk,
    })),
    monthly_before: plan.price.before,
    monthly_after: plan.price.after,
    consent_needed: plan.consentNeeded,
    budgets: plan.gate,
    warnings: plan.warnings,
  }
  return answer(value, `${renderText(plan).trimEnd()}\n\nbudgets: ${plan.gate.verdict}\nplan_hash: ${plan.hash}`)
}

async function apply({ api }: Client, hash: string) {
  const byHash = { params: { path: { hash } } }
  try {
    const { operation } = await bodyOf(api.POST('/api/v1/plans/{hash}/apply', { ...byHash, body: {} }))
    return answer({ status: 'started', plan_hash: hash, operation })
  } catch (error) {
    if (!isAtlasError(error, 'approval_required')) throw error
    const { plan, approval } = await bodyOf(api.GET('/api/v1/plans/{hash}', byHash))
    if (approval?.status !== 'pending') throw error
    const losses = (plan as Plan).consentNeeded.map(({ resource }) => resource)
    const line = `atlas approve ${hash}${losses.length > 0 ? ` --consent ${losses.join(',')}` : ''}`
    const waiting = { status: 'awaiting_approval', plan_hash: hash, approve_with: line }
    return answer(waiting, `Nothing was changed yet. A person approves the plan, within a day, by typing:\n${line}`)
  }
}
