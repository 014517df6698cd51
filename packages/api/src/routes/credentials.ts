import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control } from '../control.ts'
import {
  checkJson,
  checkToJson,
  credentialJson,
  credentialToJson,
  newCredentialJson,
  rotationJson,
  rotationToJson,
} from '../wire/credential.ts'

const byProvider = z.object({
  provider: z
    .string()
    .describe('Name of the cloud')
    .meta({ examples: ['digitalocean'] }),
})
const one = z.object({ credential: credentialJson })
const tags = ['credentials']

/** No route answers with a credential's value: there is none that could. */
export const credentialRoutes: FastifyPluginAsyncZod<{ control: Pick<Control, 'credentials'> }> = async (
  app,
  { control: { credentials } },
) => {
  app.get(
    '/credentials',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'listCredentials',
        summary: 'The credentials that the workspace’s clouds are called with, without their values',
        description:
          'Where each is kept (`source`), a fingerprint that tells one from another, and when it was last used.',
        tags,
        response: { 200: z.object({ credentials: z.array(credentialJson) }) },
      },
    },
    async ({ caller }) => ({ credentials: (await credentials.list(caller.workspace)).map(credentialToJson) }),
  )

  app.put(
    '/credentials/:provider',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'setCredential',
        summary: 'Keeps a credential, sealed, in place of the one before',
        description:
          'It is sealed under a key that is not in the database, and never shown. What is under way ends with the credential that it began with.',
        tags,
        params: byProvider,
        body: newCredentialJson,
        response: { 200: one },
      },
    },
    async ({ caller, params, body }) => ({
      credential: credentialToJson(await credentials.set(caller.workspace, params.provider, body)),
    }),
  )

  app.delete(
    '/credentials/:provider',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'deleteCredential',
        summary: 'Deletes what is kept here; what other sources keep is theirs',
        description:
          'Clouds that are called with no other credential answer `no_credential` from then on. Infrastructure there stays.',
        tags,
        params: byProvider,
        response: { 204: z.undefined() },
      },
    },
    async ({ caller, params }, reply) => {
      await credentials.remove(caller.workspace, params.provider)
      return reply.code(204).send(undefined)
    },
  )

  app.post(
    '/credentials/:provider/check',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'checkCredential',
        summary: 'Asks the cloud whether it takes the credential',
        description: 'Calls the cloud once, and says which account the credential opens, or what to do.',
        tags,
        params: byProvider,
        response: { 200: z.object({ check: checkJson }) },
      },
    },
    async ({ caller, params }) => ({
      check: checkToJson(await credentials.check(caller.workspace, params.provider)),
    }),
  )

  app.post(
    '/vault/rotate-key',
    {
      config: { role: 'root' },
      schema: {
        operationId: 'rotateVaultKey',
        summary: 'A new key seals from now on, and everything in the database is sealed anew with it',
        description:
          'For the server’s own token only. A key in a file is replaced by itself; one in the environment is put there by whoever runs the server, before this is asked. Answers with how many secrets were sealed anew.',
        tags,
        response: { 200: z.object({ rotation: rotationJson }) },
      },
    },
    async () => ({ rotation: rotationToJson(await credentials.rotateKey()) }),
  )
}
