import { deploys } from '@atlas/client'
import { command, optional } from '../command.ts'
import { showRelease, showReleases } from '../show/deploys.ts'

export default command({
  summary: 'What was deployed, and where it has served',
  topic: 'Deploys',
  inputs: {
    project: optional('[project]', 'only its releases'),
    tag: optional('[tag]', 'everything on record of this one'),
  },
  examples: [
    { line: 'atlas releases', does: 'of all projects, the latest first' },
    { line: 'atlas releases hostomatic --json', does: 'commits and trees, for programs' },
    { line: 'atlas releases hostomatic v1.2.3-uat-20241215-1430 --json', does: 'digests, ports, proxy, plan of one' },
  ],
  async run({ project, tag }, context) {
    const calls = deploys((await context.connect()).api)
    if (project !== undefined && tag !== undefined) {
      const record = await calls.release(project, tag)
      return {
        json: record,
        text: () => showRelease(record, context.terminal.colours),
        next: [{ line: `atlas reproduce ${tag} ${project} --dir ./out`, does: 'write its exact state to a folder' }],
      }
    }
    const [releases, environments] = await Promise.all([calls.releases(project), calls.environments()])
    return {
      json: { releases },
      text: () =>
        releases.length > 0
          ? showReleases(releases, environments, context.terminal.colours)
          : `Nothing${project === undefined ? '' : ` of ${project}`} was deployed yet.`,
      next:
        releases.length === 0 && environments.length > 0
          ? [{ line: 'atlas releases', does: 'of the projects that are deployed' }]
          : [{ line: `atlas deploy uat ${project ?? 'hostomatic'}`, does: 'deploy the latest commit' }],
    }
  },
})
