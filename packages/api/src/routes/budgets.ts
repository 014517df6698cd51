import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control } from '../control.ts'
import { budgetJson, budgetToJson } from '../wire/budget.ts'

const byName = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'small letters, digits and dashes, at most 63'),
})
const percent = z.number().positive().max(1000)

const wanted = z
  .object({
    monthly: z.number().positive().max(1e9).describe('USD a month'),
    tag: z
      .string()
      .regex(/^[^=]{1,100}=[^=]{1,100}$/, 'key=value, such as project=shop')
      .nullable()
      .default(null)
      .describe('Counts only what carries it, as `key=value`; everything in the workspace when absent'),
    warn_percent: percent.default(80).describe('Percent of `monthly` above which it warns'),
    block_percent: percent.default(100).describe('Percent of `monthly` above which nothing that costs more passes'),
  })
  .meta({ example: { monthly: 200, tag: 'project=shop', warn_percent: 80, block_percent: 100 } })

export const budgetRoutes: FastifyPluginAsyncZod<{ control: Control }> = async (app, { control }) => {
  const tags = ['costs']
  app.get(
    '/budgets',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listBudgets',
        summary: 'Budgets, and how each stands',
        description:
          'By name. `would_be` is what is held against the limits: what runs, and what operations under way are about to make. `block` as the verdict means that nothing that costs more would pass.',
        tags,
        response: { 200: z.object({ budgets: z.array(budgetJson) }) },
      },
    },
    async ({ caller }) => ({ budgets: (await control.budgets.list(caller.workspace)).map(budgetToJson) }),
  )

  const one = z.object({ budget: budgetJson })
  app.get(
    '/budgets/:name',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'getBudget',
        summary: 'One, by name',
        description: 'What it allows, what counts against it now, and from where on it warns and blocks.',
        tags,
        params: byName,
        response: { 200: one },
      },
    },
    async ({ caller, params }) => ({ budget: budgetToJson(await control.budgets.get(caller.workspace, params.name)) }),
  )

  app.put(
    '/budgets/:name',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'putBudget',
        summary: 'Makes it, or puts it in the place of the one of its name',
        description:
          'Counts for every plan from then on; what runs already is not stopped. What costs no more than before is never blocked.',
        tags,
        params: byName,
        body: wanted,
        response: { 200: one },
      },
    },
    async ({ caller, params: { name }, body }) => {
      const { monthly, tag, warn_percent: warnPercent, block_percent: blockPercent } = body
      const budget = { name, monthly, tag, warnPercent, blockPercent }
      return { budget: budgetToJson(await control.budgets.put(caller.workspace, budget)) }
    },
  )

  app.delete(
    '/budgets/:name',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'deleteBudget',
        summary: 'Takes it away',
        description: 'Nothing is held against it any more. What it counted stays in the costs.',
        tags,
        params: byName,
        response: { 204: z.undefined().describe('It is gone') },
      },
    },
    async ({ caller, params }, reply) => {
      await control.budgets.remove(caller.workspace, params.name)
      return reply.code(204).send()
    },
  )
}
