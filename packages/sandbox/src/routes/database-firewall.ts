import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import type { App } from '../http/validation.ts'
import { ruleShape } from '../shapes/database.ts'
import { databaseOf, ruleOf, rules } from './database-request.ts'

/** Who may connect. */
export function databaseFirewallRoutes(app: App, cloud: Cloud): void {
  app.get('/v2/databases/:database_id/firewall', async (request) => {
    const database = databaseOf(cloud, request)
    return { rules: database.rules.map((each) => ruleShape(database, each)) }
  })

  app.put('/v2/databases/:database_id/firewall', { schema: { body: z.object({ rules }) } }, async (request, reply) => {
    const database = databaseOf(cloud, request)
    cloud.databases.update(database.id, { rules: request.body.rules.map((each) => ruleOf(cloud, each)) })
    return reply.code(204).send()
  })
}
