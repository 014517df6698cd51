import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Control } from '../control.ts'
import { statisticsJson, statisticsToJson } from '../wire/statistics.ts'

export const statsRoutes: FastifyPluginAsyncZod<{ control: Control }> = async (app, { control }) => {
  const schema = {
    operationId: 'getStatistics',
    summary: 'What is in the workspace, in numbers',
    description: 'Counts and sums over the workspace of the token.',
    tags: ['infrastructure'],
    response: { 200: statisticsJson },
  }
  app.get('/stats', { config: { role: 'viewer' }, schema }, async ({ caller }) =>
    statisticsToJson(await control.statistics(caller.workspace)),
  )
}
