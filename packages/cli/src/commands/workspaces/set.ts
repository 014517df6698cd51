import { bodyOf } from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'
import { choice, command, required } from '../../command.ts'

const policies = ['agents', 'destructive', 'always'] as const

export default command({
  summary: 'Say whose plans somebody else has to approve',
  description:
    'agents: those of agents, which is so everywhere. destructive: besides those, everybody’s that delete something or lose data. always: all. For admins.',
  topic: 'Access',
  inputs: {
    name: required('<name>', 'of the workspace'),
    approval: choice('--approval <policy>', 'whose plans', policies),
  },
  examples: [{ line: 'atlas workspaces set default --approval destructive', does: 'nobody deletes anything alone' }],
  async run({ name, approval }, context) {
    if (approval === undefined)
      throw new AtlasError('usage', 'What is to be set is missing', {
        hint: `atlas workspaces set ${name} --approval destructive`,
      })
    const { api } = await context.connect()
    const body = { approval: approval }
    const { workspace } = await bodyOf(api.PATCH('/api/v1/workspaces/{name}', { params: { path: { name } }, body }))
    return { json: { workspace }, text: () => `Plans that are approved in ${name}: ${workspace.approval}.` }
  },
})
