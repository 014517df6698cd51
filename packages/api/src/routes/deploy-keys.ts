import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control } from '../control.ts'
import { deployKeyJson, deployKeyToJson, kindOfKey, ownDeployKeyJson, ownDeployKeyOf } from '../wire/deploy-keys.ts'

const tags = ['deploy-keys']
const params = z.object({ project: z.string() })
const answer = z.object({ deploy_key: deployKeyJson })

/** No route answers with what is private of a key. */
export const deployKeyRoutes: FastifyPluginAsyncZod<{ control: Pick<Control, 'deployKeys'> }> = async (
  app,
  { control: { deployKeys } },
) => {
  app.get(
    '/deploy-keys',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listDeployKeys',
        summary: 'What opens the repositories of each project, without what is private of it',
        description: 'By project, all at once.',
        tags,
        response: { 200: z.object({ deploy_keys: z.array(deployKeyJson) }) },
      },
    },
    async ({ caller }) => ({ deploy_keys: (await deployKeys.list(caller.workspace)).map(deployKeyToJson) }),
  )

  app.post(
    '/projects/:project/deploy-key',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'createDeployKey',
        summary: 'Makes a key for the repositories of a project, read and pushed to over ssh',
        description:
          'An ed25519 key. The host of the repository is given `public_key`, with the right to push: a deploy marks what it deployed with a tag. From now on git is this key alone towards any host by ssh.',
        tags,
        params,
        response: { 201: answer },
      },
    },
    async ({ caller, params: { project } }, reply) => {
      const made = await deployKeys.create(caller.workspace, project, caller.actor)
      return reply.code(201).send({ deploy_key: deployKeyToJson(made) })
    },
  )

  app.put(
    '/projects/:project/deploy-key',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'setDeployKey',
        summary: 'Keeps a key or token of your own for the repositories of a project, in place of the one before',
        description:
          'A private key is for addresses by ssh, a token for those by https; a project may have one of each. It is sealed, and never shown.',
        tags,
        params,
        body: ownDeployKeyJson,
        response: { 200: answer },
      },
    },
    async ({ caller, params: { project }, body }) => ({
      deploy_key: deployKeyToJson(await deployKeys.set(caller.workspace, project, ownDeployKeyOf(body), caller.actor)),
    }),
  )

  app.post(
    '/projects/:project/deploy-key/rotate',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'rotateDeployKey',
        summary: 'Makes another key for ssh; the one before is good beside it for a day',
        description: 'So that deploys go on until the host has been given the new one. A token is set anew instead.',
        tags,
        params,
        response: { 200: answer },
      },
    },
    async ({ caller, params: { project } }) => ({
      deploy_key: deployKeyToJson(await deployKeys.rotate(caller.workspace, project, caller.actor)),
    }),
  )

  app.delete(
    '/projects/:project/deploy-key',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'deleteDeployKey',
        summary: 'Deletes the key or token of a project',
        description: "From then on the server's own git reads its repositories, as far as it may.",
        tags,
        params,
        querystring: z.object({ kind: kindOfKey.default('ssh').describe('The key for ssh, or the token for https') }),
        response: { 204: z.undefined() },
      },
    },
    async ({ caller, params: { project }, query: { kind } }, reply) => {
      await deployKeys.delete(caller.workspace, project, kind)
      return reply.code(204).send(undefined)
    },
  )
}
