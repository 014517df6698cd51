import { deployKeys } from '@atlas/client'
import { command, required } from '../../command.ts'
import { showPublicHalf } from '../../show/deploy-keys.ts'

export default command({
  summary: 'Make a key for the repository of a project',
  description:
    'An ed25519 key, sealed by Atlas; what is private of it never leaves the server. Its public half is printed, for the host of the repository: as a deploy key that may write, because a deploy pushes a tag. From then on git is this key alone towards any host by ssh.',
  topic: 'Deploys',
  inputs: { project: required('<project>', 'as in deployment_config.json') },
  examples: [{ line: 'atlas deploy-keys create hostomatic', does: 'and paste what it prints at GitHub or GitLab' }],
  async run({ project }, context) {
    const key = await deployKeys((await context.connect()).api).create(project)
    return {
      json: { deploy_key: key },
      text: () => showPublicHalf(key),
      next: [{ line: `atlas deploy uat ${project} --plan`, does: 'once the host knows it' }],
    }
  },
})
