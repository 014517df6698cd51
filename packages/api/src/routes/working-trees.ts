import type { Readable } from 'node:stream'
import { AtlasError } from '@atlas/core'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control } from '../control.ts'
import { commit, workingTreeJson } from '../wire/deploys.ts'

const packType = 'application/x-git-pack'
const megabyte = 1024 * 1024

/** Of a pack, which is compressed. It goes to disk as it comes. */
const limit = 64 * megabyte

export const workingTreeRoute: FastifyPluginAsyncZod<{ control: Control }> = async (app, { control }) => {
  app.addContentTypeParser(packType, (_request, payload, done) => done(null, payload))

  app.post(
    '/projects/:project/working-trees',
    {
      bodyLimit: limit,
      config: { role: 'operator', repeatable: true },
      schema: {
        operationId: 'sendWorkingTree',
        summary: 'Files that are in no repository, to be deployed',
        description: `The body is a pack of git (\`${packType}\`, with its length, ${limit / megabyte} MB at most, within a minute): a commit with all its trees and files, and its parent without them. What is answered as \`commit\` is \`working_tree\` of \`POST /api/v1/deployments\`. The same again is harmless. It is kept in the data folder of the server that it was sent to.`,
        tags: ['deployments'],
        params: z.object({ project: z.string() }),
        querystring: z.object({ commit: commit.describe('Which commit of the pack it is') }),
        response: { 201: z.object({ working_tree: workingTreeJson }) },
      },
    },
    async ({ caller, params, query, headers, body }, reply) => {
      checkBody(headers)
      const pack = body as unknown as Readable
      const found = await control.deploys.receive(caller.workspace, params.project, query.commit, pack)
      return reply.code(201).send({ working_tree: found })
    },
  )
}

/** Its length is known before any of it is read, so too much of it is refused at once. */
function checkBody(headers: Record<string, string | string[] | undefined>): void {
  const length = Number(headers['content-length'] ?? Number.NaN)
  if (headers['content-type'] !== packType || !Number.isSafeInteger(length))
    throw new AtlasError('usage', `The body is no pack of git with a length.`, {
      hint: `send what git pack-objects writes, with content-type: ${packType} and content-length`,
    })
  if (length <= limit) return
  const size = Math.ceil(length / megabyte)
  throw new AtlasError('too_large', `The pack has ${size} MB, and at most ${limit / megabyte} MB are taken.`, {
    hint: 'leave out by .gitignore what the service does not need, or commit and push: atlas deploy without --local',
  })
}
