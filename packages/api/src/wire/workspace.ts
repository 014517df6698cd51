import { approvalPolicies, type Workspace } from '@atlas/core'
import { z } from 'zod'

/** Lower case, so that it can stand in a URL, a file name and a shell without a thought. */
export const workspaceName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'expected lower case letters, digits and dashes, a letter first, at most 40')
  .describe('Name of the workspace')
  .meta({ examples: ['team-a'] })

const approval = z
  .enum(approvalPolicies)
  .describe(
    'Whose plans somebody else has to approve: those of agents; besides those, everybody’s that delete something (`destructive`); or all',
  )

export const workspaceChangeJson = z
  .object({ approval })
  .meta({ id: 'WorkspaceChange', examples: [{ approval: 'destructive' }] })

export const workspaceJson = z
  .object({
    name: z.string().meta({ examples: ['team-a'] }),
    approval,
    created_at: z.string().meta({ examples: ['2026-11-20T10:00:00.000Z'] }),
  })
  .meta({ id: 'Workspace' })

export type WorkspaceJson = z.infer<typeof workspaceJson>

export const workspaceToJson = ({ name, approval, createdAt }: Workspace): WorkspaceJson => ({
  name,
  approval,
  created_at: createdAt,
})
