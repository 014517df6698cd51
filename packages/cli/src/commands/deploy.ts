import { AtlasError } from '@atlas/core/errors'
import { command, required, text, toggle } from '../command.ts'
import { carryOutDeploy, configured, takesFrom } from '../deploys/deploy.ts'
import { sendFolder } from '../deploys/working-tree.ts'

export default command({
  summary: 'Put a release of a project into an environment',
  description:
    'To uat or test a commit is deployed as a new release, with a tag that is pushed; prod gets the release that is proven in uat, as it is. New instances start beside the old ones, and traffic moves once all are healthy.',
  topic: 'Deploys',
  inputs: {
    environment: required('<environment>', 'test, uat or prod'),
    project: required('<project>', 'as in projects.csv and deployment_config.json'),
    branch: text('--branch <name>', 'for uat and test: branch, tag or commit; main when not given'),
    tag: text('--tag <tag>', 'for prod: a release that served uat; what serves there now when not given'),
    local: toggle('--local', 'for uat and test: the files of a folder as they are, also what is not committed'),
    projectPath: text('--project-path <folder>', 'with --local: the folder; ../<project> when not given'),
    allowDirty: toggle('--allow-dirty', 'for prod: also a release with changes that are in no commit'),
    config: text('--config <folder>', 'the folder with the configuration; config when not given'),
    plan: toggle('--plan', 'only show what would be done'),
    yes: toggle('-y, --yes', 'do not ask'),
    detach: toggle('--detach', 'start it and do not wait for its end'),
  },
  exits: { 1: 'it failed: traffic stays where it was', 130: 'you stopped watching; the operation goes on' },
  examples: [
    { line: 'atlas deploy uat hostomatic', does: 'the latest commit of main' },
    { line: 'atlas deploy uat hostomatic --branch new-page --plan', does: 'what would be done with a branch' },
    { line: 'atlas deploy uat hostomatic --local --project-path ../hostomatic', does: 'what is not committed yet' },
    { line: 'atlas deploy prod hostomatic --yes', does: 'promote what serves uat, unattended' },
    { line: 'atlas deploy prod hostomatic --tag v1.2.3-uat-20241215-1430', does: 'promote that release' },
  ],
  async run({ environment, project, branch, tag, local, projectPath, allowDirty, config, ...how }, context) {
    const place = { project, environment, ...configured(context, config) }
    if (projectPath !== undefined && !local)
      throw new AtlasError('usage', '--project-path is for --local: otherwise the repository is deployed', {
        hint: `atlas deploy ${environment} ${project} --local --project-path ${projectPath}`,
      })
    const before = takesFrom(place.config, project, environment)
    if (before === undefined) {
      if (tag !== undefined)
        throw new AtlasError('usage', `--tag is for what is promoted: ${environment} gets a commit`, {
          hint: `atlas deploy ${environment} ${project} --branch ${tag}`,
        })
      if (!local) return carryOutDeploy(context, { kind: 'deploy', ...place, ref: branch ?? 'main' }, how)
      if (branch !== undefined)
        throw new AtlasError('usage', '--branch is of the repository, and --local is the folder as it is', {
          hint: 'leave one of the two out',
        })
      const { commit, tags } = await sendFolder(context, project, projectPath ?? `../${project}`)
      return carryOutDeploy(context, { kind: 'deploy', ...place, ref: 'main', working_tree: commit, tags }, how)
    }
    if (branch !== undefined || local)
      throw new AtlasError(
        'usage',
        `${local ? '--local' : '--branch'} is not for ${environment}: it gets what is proven in ${before}`,
        {
          hint: `atlas deploy ${before} ${project} ${local ? '--local' : `--branch ${branch}`}, then atlas deploy ${environment} ${project}`,
        },
      )
    return carryOutDeploy(
      context,
      {
        kind: 'promote',
        ...place,
        ...(tag !== undefined && { release: tag }),
        ...(allowDirty && { allow_dirty: true }),
      },
      how,
    )
  },
})
