import { deployKeys } from '@atlas/client'
import { command, required } from '../../command.ts'
import { showPublicHalf } from '../../show/deploy-keys.ts'

export default command({
  summary: 'Make another key for the repository of a project',
  description:
    'The one before is good beside it for a day, so that deploys go on until the host has been given the new one. A token, or a key that has leaked, is replaced at once by: atlas deploy-keys set.',
  topic: 'Deploys',
  inputs: { project: required('<project>', 'as in deployment_config.json') },
  examples: [{ line: 'atlas deploy-keys rotate hostomatic', does: 'and paste what it prints at the host' }],
  async run({ project }, context) {
    const key = await deployKeys((await context.connect()).api).rotate(project)
    return {
      json: { deploy_key: key },
      text: () => `${showPublicHalf(key)}\n\nFor a day the one before serves too. Remove it at the host then.`,
      next: [{ line: `atlas deploy uat ${project} --plan`, does: 'once the host knows it' }],
    }
  },
})
