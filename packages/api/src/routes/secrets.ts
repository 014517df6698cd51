import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control } from '../control.ts'
import { generated } from '../generate.ts'
import {
  keptSecretJson,
  keptSecretToJson,
  neededSecretJson,
  neededSecretToJson,
  newSecretJson,
  rotatedSecretJson,
  rotationOfSecretJson,
  secretName,
} from '../wire/secrets.ts'

const tags = ['secrets']
const byName = z.object({ name: secretName })

/** No route answers with a secret's value: there is none that could. */
export const secretRoutes: FastifyPluginAsyncZod<{ control: Pick<Control, 'secrets'> }> = async (
  app,
  { control: { secrets } },
) => {
  app.get(
    '/secrets',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listSecrets',
        summary: 'The secrets that Atlas keeps for services, without their values',
        description: 'By name, all at once. What other sources keep is not among them.',
        tags,
        response: { 200: z.object({ secrets: z.array(keptSecretJson) }) },
      },
    },
    async ({ caller }) => ({ secrets: (await secrets.list(caller.workspace)).map(keptSecretToJson) }),
  )

  app.get(
    '/projects/:project/environments/:environment/secrets',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listNeededSecrets',
        summary: 'The secrets that services of an environment name, and where their values come from',
        description:
          'Of the services that serve there. For each: the name it is found under, its source, and which deployment brought it to which service last. Values are nowhere.',
        tags,
        params: z.object({ project: z.string(), environment: z.string() }),
        response: { 200: z.object({ secrets: z.array(neededSecretJson) }) },
      },
    },
    async ({ caller, params: { project, environment } }) => ({
      secrets: (await secrets.needed(caller.workspace, project, environment)).map(neededSecretToJson),
    }),
  )

  app.put(
    '/secrets/:name',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'setSecret',
        summary: 'Keeps a secret for services, sealed, in place of the one before',
        description:
          'It is sealed under a key that is not in the database, and never shown. Services that run go on with what they have until they are deployed again.',
        tags,
        params: byName,
        body: newSecretJson,
        response: { 200: z.object({ secret: keptSecretJson }) },
      },
    },
    async ({ caller, params, body }) => ({
      secret: keptSecretToJson(await secrets.set(caller.workspace, params.name, body.value, caller.actor)),
    }),
  )

  app.post(
    '/secrets/:name/rotate',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'rotateSecret',
        summary: 'Gives a secret that Atlas keeps another value: a given one, or a generated one that nobody sees',
        description:
          'Answers with the services that run with the value before. They go on with it until a deployment of kind `redeploy` starts them anew, and only them.',
        tags,
        params: byName,
        body: rotationOfSecretJson,
        response: { 200: rotatedSecretJson },
      },
    },
    async ({ caller, params, body }) => {
      const value = 'value' in body ? body.value : generated(body.generate)
      const { secret, holders } = await secrets.rotate(caller.workspace, params.name, value, caller.actor)
      return { secret: keptSecretToJson(secret), holders }
    },
  )

  app.delete(
    '/secrets/:name',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'unsetSecret',
        summary: 'Deletes a secret that Atlas keeps; what other sources keep is theirs',
        description: 'Services that run go on with what they have. A deploy that needs it is refused from then on.',
        tags,
        params: byName,
        response: { 204: z.undefined() },
      },
    },
    async ({ caller, params }, reply) => {
      await secrets.unset(caller.workspace, params.name, caller.actor)
      return reply.code(204).send(undefined)
    },
  )
}
