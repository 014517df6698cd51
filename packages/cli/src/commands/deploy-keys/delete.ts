import { deployKeys } from '@atlas/client'
import { agreed } from '../../ask.ts'
import { command, required, toggle } from '../../command.ts'

export default command({
  summary: 'Delete the key or token of a project',
  description:
    'From then on the server’s own git reads its repository, as far as it may. Remove the key at the host too.',
  topic: 'Deploys',
  inputs: {
    project: required('<project>', 'as in deployment_config.json'),
    token: toggle('--token', 'the token for https instead of the key for ssh'),
    yes: toggle('-y, --yes', 'do not ask'),
  },
  examples: [{ line: 'atlas deploy-keys delete hostomatic', does: 'after asking' }],
  async run({ project, token, yes }, context) {
    const kind = token ? 'https' : 'ssh'
    const what = `the ${token ? 'token' : 'key'} of ${project}`
    if (!(await agreed(context, `Delete ${what}?`, yes))) return { text: () => 'It stays.' }
    await deployKeys((await context.connect()).api).delete(project, kind)
    return {
      json: { deleted: { project, kind } },
      text: () => `Deleted: ${what}.`,
      next: [{ line: 'atlas deploy-keys list', does: 'what is still kept' }],
    }
  },
})
