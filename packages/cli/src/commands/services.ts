import { deploys } from '@atlas/client'
import { command, required } from '../command.ts'
import { isConverged, showServices } from '../show/deploys.ts'

export default command({
  summary: 'Where the services of an environment run, whether they do, and how they are reached',
  topic: 'Deploys',
  inputs: {
    project: required('<project>', 'such as hostomatic'),
    environment: required('<environment>', 'test, uat or prod'),
  },
  exits: { 1: 'not every instance is healthy on the release' },
  examples: [{ line: 'atlas services hostomatic prod', does: 'each service and its instances, asked just now' }],
  async run({ project, environment }, context) {
    const found = await deploys((await context.connect()).api).services(project, environment, { observe: true })
    const [first] = found.services
    return {
      json: found,
      text: () => showServices(found, context.terminal.colours),
      exit: isConverged(found) ? 0 : 1,
      next: [
        ...(isConverged(found)
          ? []
          : [{ line: 'atlas validate', does: 'what is not as it should be, and what to type' }]),
        ...(first?.url ? [{ line: `curl ${first.url}${first.health_path.slice(1)}`, does: 'ask one how it is' }] : []),
        { line: `atlas releases ${project}`, does: 'what it was made of' },
      ],
    }
  },
})
