import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control, ProviderView } from '../control.ts'

const providerJson = z
  .object({
    name: z.string(),
    endpoint: z.string(),
    account: z.string().nullable(),
    sandbox: z.boolean(),
    status: z.enum(['connected', 'no_credential', 'unreachable']),
    hint: z.string().optional(),
    resource_types: z.array(z.string()),
    regions: z.array(z.string()),
    catalogue_date: z.string().describe('Date of the price catalogue'),
  })
  .meta({ id: 'Provider' })

const toJson = ({ resourceTypes, catalogueDate, ...view }: ProviderView) => ({
  ...view,
  resource_types: resourceTypes,
  catalogue_date: catalogueDate,
})

export const providerRoutes: FastifyPluginAsyncZod<{ control: Control }> = async (app, { control }) => {
  const answer = z.object({ providers: z.array(providerJson) })
  app.get(
    '/providers',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listProviders',
        summary: 'The clouds, whether they answer, what can be made there',
        description: '`status` says whether the credential works; `hint`, what to do where it does not.',
        tags: ['providers'],
        response: { 200: answer },
      },
    },
    async ({ caller }) => ({
      providers: (await control.providers(caller.workspace)).map(toJson),
    }),
  )
}
