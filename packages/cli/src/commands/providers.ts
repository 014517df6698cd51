import { command } from '../command.ts'
import { showProviders } from '../show/providers.ts'

export default command({
  summary: 'The clouds, whether they answer, and what they offer',
  topic: 'Look',
  inputs: {},
  examples: [
    { line: 'atlas providers', does: 'clouds, accounts, regions' },
    { line: "atlas providers --json | jq '.providers[].resource_types'", does: 'what can be made where' },
  ],
  async run(_values, context) {
    const providers = await (await context.connect()).providers()
    return {
      json: { providers },
      text: () => showProviders(providers, context.terminal.colours),
      next: [{ line: 'atlas plan', does: 'what would change' }],
    }
  },
})
