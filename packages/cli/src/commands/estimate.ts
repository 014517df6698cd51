import { command } from '../command.ts'
import { describe } from '../input/description.ts'
import { describedBy } from '../inputs.ts'
import { showEstimate } from '../show/estimate.ts'

export default command({
  summary: 'What a description would cost a month',
  description: 'Adds up list prices of the catalogue. No cloud is asked, and nothing needs to exist.',
  topic: 'Look',
  inputs: describedBy,
  examples: [
    { line: 'atlas estimate', does: 'config/projects.csv, line by line' },
    { line: 'atlas estimate -f infra.json --json', does: 'for programs' },
  ],
  async run(where, context) {
    const client = await context.connect()
    const estimate = await client.estimate(await describe(context, { ...where, forPrice: true }))
    return {
      json: estimate,
      text: () => showEstimate(estimate, context.terminal.colours),
      next: [{ line: 'atlas plan', does: 'what it would change' }],
    }
  },
})
