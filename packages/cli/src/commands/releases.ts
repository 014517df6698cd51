import { deploys } from '@atlas/client'
import { command, optional } from '../command.ts'
import { showReleases } from '../show/deploys.ts'

export default command({
  summary: 'What was deployed, and where it has served',
  topic: 'Deploys',
  inputs: { project: optional('[project]', 'only its releases') },
  examples: [
    { line: 'atlas releases', does: 'of all projects, the latest first' },
    { line: 'atlas releases hostomatic --json', does: 'commits and trees, for programs' },
  ],
  async run({ project }, context) {
    const calls = deploys((await context.connect()).api)
    const [releases, environments] = await Promise.all([calls.releases(project), calls.environments()])
    return {
      json: { releases },
      text: () => showReleases(releases, environments, context.terminal.colours),
      next: [{ line: `atlas deploy uat ${project ?? 'hostomatic'}`, does: 'deploy the latest commit' }],
    }
  },
})
