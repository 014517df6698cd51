import type { Plan } from '@atlas/core'
import { AtlasError } from '@atlas/core/errors'
import { renderText } from '@atlas/core/render'
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'

/**
 * Who must agree before an agent's plan is carried out. `required`: a person, asked in the client where it can ask,
 * otherwise by `atlas approve`. `elsewhere`: a person, by `atlas approve` alone, for clients that are not trusted to
 * ask one. `none`: nobody, as long as no data is lost.
 */
export const policies = ['required', 'elsewhere', 'none'] as const

export type Policy = (typeof policies)[number]

/** @throws AtlasError `config_invalid` */
export function policyOf({ ATLAS_MCP_APPROVAL: given = 'required' }: NodeJS.ProcessEnv): Policy {
  const known = policies.find((policy) => policy === given)
  if (known) return known
  throw new AtlasError('config_invalid', `ATLAS_MCP_APPROVAL is ${JSON.stringify(given)}`, {
    hint: `one of ${policies.join(', ')}`,
  })
}

/** What a person said of the plan; `pending` where nobody could be asked here. */
export type Verdict = { says: 'yes'; consent: readonly string[] } | { says: 'no' } | { says: 'pending' }

/** Asks the person in front of the client. What loses data is asked for by a field of its own. */
export async function verdictOn(plan: Plan, policy: Policy, { server }: McpServer): Promise<Verdict> {
  if (policy === 'none') return { says: 'yes', consent: [] }
  if (policy === 'elsewhere' || !server.getClientCapabilities()?.elicitation) return { says: 'pending' }
  const losses = plan.consentNeeded.map(({ resource, why }) => `${resource} (${why})`)
  const { action, content = {} } = await server.elicitInput(
    {
      message: `An agent wants to carry this out:\n\n${renderText(plan).trimEnd()}`,
      requestedSchema: {
        type: 'object',
        properties: {
          approve: { type: 'boolean', title: 'Carry exactly this out' },
          ...(losses.length > 0 && {
            lose_data: { type: 'boolean', title: `Lose for good: ${losses.join(', ')}`.slice(0, 500) },
          }),
        },
        required: ['approve'],
      },
    },
    { timeout: patienceMs },
  )
  if (action !== 'accept' || content.approve !== true) return { says: 'no' }
  return { says: 'yes', consent: content.lose_data === true ? plan.consentNeeded.map(({ resource }) => resource) : [] }
}

/** People read plans before they agree. */
const patienceMs = 30 * 60_000
