import { command, required, toggle } from '../command.ts'
import { carryOutDeploy } from '../deploys/deploy.ts'

export default command({
  summary: 'Deliver secrets that have changed to what serves already',
  description:
    'The release that serves stays; services that use a secret with another value by now start anew, beside the old, with the same steps as a deploy. All others go on untouched.',
  topic: 'Deploys',
  inputs: {
    project: required('<project>', 'such as hostomatic'),
    environment: required('<environment>', 'test, uat or prod'),
    plan: toggle('--plan', 'only show what would be done'),
    yes: toggle('-y, --yes', 'do not ask'),
    detach: toggle('--detach', 'start it and do not wait for its end'),
  },
  exits: { 1: 'it failed: traffic stays where it was' },
  examples: [
    { line: 'atlas redeploy hostomatic prod', does: 'after asking' },
    { line: 'atlas redeploy hostomatic prod --plan', does: 'which services would start anew' },
  ],
  run: ({ project, environment, ...how }, context) =>
    carryOutDeploy(context, { kind: 'redeploy', project, environment }, how),
})
