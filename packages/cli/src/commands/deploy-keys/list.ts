import { type DeployKey, deployKeys } from '@atlas/client'
import { command, type Example, optional } from '../../command.ts'
import { showDeployKeys, showPublicHalf } from '../../show/deploy-keys.ts'

export default command({
  summary: 'Which project has which key or token, and when it was used',
  topic: 'Deploys',
  inputs: { project: optional('[project]', 'of one, with the public half of its key') },
  examples: [
    { line: 'atlas deploy-keys list', does: 'fingerprints and last uses' },
    { line: 'atlas deploy-keys list hostomatic', does: 'also what the host of its repository needs' },
  ],
  async run({ project }, context) {
    const all = await deployKeys((await context.connect()).api).list()
    const found = project === undefined ? all : all.filter((one) => one.project === project)
    const key = project === undefined ? undefined : found.find(({ kind }) => kind === 'ssh')
    const shown = showDeployKeys(found, Date.now(), context.terminal.colours)
    const nothing = `${project ?? 'No project'} has ${project === undefined ? 'a' : 'no'} deploy key.`
    return {
      json: { deploy_keys: found },
      text: () => (found.length === 0 ? nothing : key ? `${shown}\n\n${showPublicHalf(key)}` : shown),
      next: nextOf(project, found),
    }
  },
})

function nextOf(project: string | undefined, found: readonly DeployKey[]): Example[] {
  const key = found.find(({ kind }) => kind === 'ssh')
  if (!key) return [{ line: `atlas deploy-keys create ${project ?? 'hostomatic'}`, does: 'make a key' }]
  if (project === undefined)
    return [{ line: `atlas deploy-keys list ${key.project}`, does: 'what the host of its repository needs' }]
  return [{ line: `atlas deploy uat ${project} --plan`, does: 'once the host knows it' }]
}
