import { Readable } from 'node:stream'
import { AtlasError, type AuditHead, type ChainedRecord } from '@atlas/core'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Caller } from '../caller.ts'
import type { Control } from '../control.ts'
import { auditRecordJson, auditToJson, auditVerdictJson } from '../wire/audit.ts'
import { cursorsOf, nextCursor, pageQuery } from '../wire/page.ts'

const everything = z
  .stringbool()
  .default(false)
  .meta({ type: 'boolean', description: 'Of all workspaces; for the server’s own token only' })
const secret = z
  .string()
  .optional()
  .describe(
    'Only what came of changes to secrets of services, and who was given them: of the secret of this name, or of all with `*`',
  )
const cursors = cursorsOf('audit', z.tuple([z.number().int()]))
const noted = z
  .string()
  .regex(/^\d{1,15}:[0-9a-f]{64}$/, 'expected <seq>:<hash>')
  .describe('A head that an earlier verification gave, as <seq>:<hash>: the chain must still go through it')

export const auditRoutes: FastifyPluginAsyncZod<{ control: Pick<Control, 'audit'> }> = async (
  app,
  { control: { audit } },
) => {
  app.addHook('preHandler', () => app.auditSettled())

  const all = z.object({ audit: z.array(auditRecordJson), next_cursor: nextCursor })
  app.get(
    '/audit',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'listAudit',
        summary: 'What was done and refused in the workspace, the latest first',
        description:
          'In pages. A request that is to change something has a record before (`asked`) and after it (`answered`); refusals and the ends of operations have one each.',
        tags: ['audit'],
        querystring: pageQuery.extend({ everything, secret }),
        response: { 200: all },
      },
    },
    async ({ caller, query }) => {
      const before = query.cursor === undefined ? undefined : cursors.placeOf(query.cursor)[0]
      const { lines, next } = await audit.list(scope(caller, query), {
        limit: query.limit,
        before,
        secret: query.secret?.toUpperCase(),
      })
      return { audit: lines.map(auditToJson), ...(next !== undefined && cursors.next([next])) }
    },
  )

  app.get(
    '/audit/export',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'exportAudit',
        summary: 'All of it as lines of JSON, the first first',
        description:
          '`previous` of each line is the hash of the one before. The hash of a line is the SHA-256 of the rest of it as canonical JSON, so anybody can follow the chain without Atlas.',
        tags: ['audit'],
        querystring: z.object({ everything }),
        produces: ['application/x-ndjson'],
        response: {
          200: { description: 'A line of JSON for each', content: { 'application/x-ndjson': { schema: z.string() } } },
        },
      },
    },
    async ({ caller, query }, reply) => {
      const all = Readable.from(lines(audit.walk(scope(caller, query))))
      return reply.header('content-type', 'application/x-ndjson').send(all as never)
    },
  )

  app.get(
    '/audit/verify',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'verifyAudit',
        summary: 'Whether the chain is whole, over all workspaces',
        description:
          'Follows the hashes from the first record to the last. `head`, noted earlier and elsewhere, also finds a chain that was cut off or made anew.',
        tags: ['audit'],
        querystring: z.object({ head: noted.optional() }),
        response: { 200: auditVerdictJson },
      },
    },
    ({ query }) => audit.verify(query.head === undefined ? undefined : headOf(query.head)),
  )
}

function scope({ workspace, actor }: Caller, query: { everything: boolean }): string | undefined {
  if (!query.everything) return workspace
  if (actor.kind === 'root') return undefined
  throw new AtlasError('forbidden', 'Only the server’s own token sees what was done in all workspaces.', {
    hint: 'leave `everything` out',
  })
}

function headOf(text: string): AuditHead {
  const [seq, hash] = text.split(':')
  return { seq: Number(seq), hash: hash! }
}

async function* lines(walk: AsyncIterable<ChainedRecord>): AsyncGenerator<string> {
  for await (const line of walk) yield `${JSON.stringify(auditToJson(line))}\n`
}
