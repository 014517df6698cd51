import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control } from '../control.ts'
import { cursorsOf, nextCursor, pageQuery } from '../wire/page.ts'
import { workspaceChangeJson, workspaceJson, workspaceName, workspaceToJson } from '../wire/workspace.ts'

const byName = z.object({ name: z.string().describe('Name of the workspace') })
const cursors = cursorsOf('workspaces', z.tuple([z.string()]))
const one = z.object({ workspace: workspaceJson })

export const workspaceRoutes: FastifyPluginAsyncZod<{ control: Pick<Control, 'workspaces'> }> = async (
  app,
  { control: { workspaces } },
) => {
  const all = z.object({ workspaces: z.array(workspaceJson), next_cursor: nextCursor })
  app.get(
    '/workspaces',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listWorkspaces',
        summary: 'Those that the caller may see',
        description: 'By name, in pages. A token sees the one that it belongs to, the server’s own token all.',
        tags: ['workspaces'],
        querystring: pageQuery,
        response: { 200: all },
      },
    },
    async ({ caller, query: { limit, cursor } }) => {
      const after = cursor === undefined ? undefined : cursors.placeOf(cursor)[0]
      const { workspaces: listed, next } = await workspaces.list(caller, { limit, after })
      return { workspaces: listed.map(workspaceToJson), ...(next && cursors.next([next])) }
    },
  )

  app.post(
    '/workspaces',
    {
      config: { role: 'root' },
      schema: {
        operationId: 'createWorkspace',
        summary: 'Makes one; for the server’s own token only',
        description:
          'The name of a workspace that was deleted is not given out again, because its history stands under it.',
        tags: ['workspaces'],
        body: z.object({ name: workspaceName }),
        response: { 201: one },
      },
    },
    async ({ body }, reply) => {
      const workspace = await workspaces.create(body.name)
      reply.code(201).header('location', `/api/v1/workspaces/${workspace.name}`)
      return { workspace: workspaceToJson(workspace) }
    },
  )

  app.get(
    '/workspaces/:name',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'getWorkspace',
        summary: 'One workspace',
        description: 'Its name and when it was made. One that the caller does not belong to is not found.',
        tags: ['workspaces'],
        params: byName,
        response: { 200: one },
      },
    },
    async ({ caller, params }) => ({ workspace: workspaceToJson(await workspaces.get(caller, params.name)) }),
  )

  app.patch(
    '/workspaces/:name',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'updateWorkspace',
        summary: 'Says whose plans somebody else has to approve',
        description: 'Counts for whatever is carried out from then on. Agents are always approved, by their tokens.',
        tags: ['workspaces'],
        params: byName,
        body: workspaceChangeJson,
        response: { 200: one },
      },
    },
    async ({ caller, params, body }) => ({
      workspace: workspaceToJson(await workspaces.setApproval(caller, params.name, body.approval)),
    }),
  )

  app.delete(
    '/workspaces/:name',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'deleteWorkspace',
        summary: 'Removes an empty one, and its tokens with it',
        description:
          'Refused as `not_empty` while there is infrastructure in it. Its tokens and credentials end with it; its audit stays.',
        tags: ['workspaces'],
        params: byName,
        response: { 204: z.undefined() },
      },
    },
    async ({ caller, params }, reply) => {
      await workspaces.remove(caller, params.name)
      return reply.code(204).send(undefined)
    },
  )
}
