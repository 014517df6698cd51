import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control } from '../control.ts'
import { releasePath } from '../wire/deploys.ts'

export const imageRoutes: FastifyPluginAsyncZod<{ control: Control }> = async (app, { control }) => {
  app.get(
    '/projects/:project/releases/:tag/images',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listReleaseImages',
        summary: 'The images that were built for a release, and how large they are',
        description:
          'Asks machines that run it or built it, which save the image as files where they have not yet: that may take minutes for a large one. Empty where nothing is built, as for `process`.',
        tags: ['deployments'],
        params: releasePath,
        response: {
          200: z.object({
            images: z.array(
              z.object({
                service: z.string(),
                image: z.string().describe('`sha256:…` of its manifest'),
                bytes: z.int().describe('Of its layers, as its archive has them'),
              }),
            ),
          }),
        },
      },
    },
    async ({ caller, params }) => ({
      images: await control.deploys.images(caller.workspace, params.project, params.tag),
    }),
  )

  app.get(
    '/projects/:project/releases/:tag/images/:service',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'getReleaseImage',
        summary: 'An image of a release, as one file',
        description:
          'An OCI image layout as a tar, which `docker load` and `podman load` take. Each file in it is named by its digest; where the connection to the machine breaks, so does this one.',
        tags: ['deployments'],
        params: releasePath.extend({ service: z.string() }),
        response: {
          200: { description: 'A tar', content: { 'application/x-tar': { schema: z.string() } } },
        },
      },
    },
    async ({ caller, params: { project, tag, service } }, reply) => {
      const tar = await control.deploys.imageArchive(caller.workspace, project, tag, service)
      return reply.header('content-type', 'application/x-tar').send(tar as never)
    },
  )
}
