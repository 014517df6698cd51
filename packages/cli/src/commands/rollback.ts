import { command, required, text, toggle } from '../command.ts'
import { carryOutDeploy } from '../deploys/deploy.ts'

export default command({
  summary: 'Go back to a release that served before',
  description:
    'The same steps as a deploy, to a release on record: its commit, services and variables as they were then. To undo a change of machines: atlas operations rollback.',
  topic: 'Deploys',
  inputs: {
    project: required('<project>', 'such as hostomatic'),
    environment: required('<environment>', 'test, uat or prod'),
    tag: text(
      '--tag <tag>',
      'a release that served there; the one before when not given. The one that serves is brought about again',
    ),
    plan: toggle('--plan', 'only show what would be done'),
    yes: toggle('-y, --yes', 'do not ask'),
    detach: toggle('--detach', 'start it and do not wait for its end'),
  },
  exits: { 1: 'it failed: traffic stays where it was' },
  examples: [
    { line: 'atlas rollback hostomatic prod', does: 'to the release before, after asking' },
    { line: 'atlas rollback hostomatic prod --tag v1.2.3-uat-20241215-1430', does: 'to that one' },
  ],
  run: ({ project, environment, tag, ...how }, context) =>
    carryOutDeploy(
      context,
      { kind: 'rollback', project, environment, ...(tag !== undefined && { release: tag }) },
      how,
    ),
})
