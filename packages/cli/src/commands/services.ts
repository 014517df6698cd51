import { deploys } from '@atlas/client'
import { command, required } from '../command.ts'
import { showServices } from '../show/deploys.ts'

export default command({
  summary: 'Where the services of an environment run, and how they are reached',
  topic: 'Deploys',
  inputs: {
    project: required('<project>', 'such as hostomatic'),
    environment: required('<environment>', 'test, uat or prod'),
  },
  examples: [{ line: 'atlas services hostomatic prod', does: 'address, port and machines of each service' }],
  async run({ project, environment }, context) {
    const found = await deploys((await context.connect()).api).services(project, environment)
    const [first] = found.services
    return {
      json: found,
      text: () => showServices(found, context.terminal.colours),
      next: [
        ...(first?.url ? [{ line: `curl ${first.url}${first.health_path.slice(1)}`, does: 'ask one how it is' }] : []),
        { line: `atlas releases ${project}`, does: 'what it was made of' },
      ],
    }
  },
})
