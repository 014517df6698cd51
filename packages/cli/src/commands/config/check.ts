import { catalogue, type Problem } from '@atlas/core/errors'
import { command, toggle } from '../../command.ts'
import { runServerProgram } from '../../server/program.ts'
import { type Setting, showConfiguration } from '../../show/configuration.ts'

interface Checked {
  settings: Setting[]
  problems: Problem[]
  warnings: string[]
}

export default command({
  summary: 'What every variable of a server is here, and what is wrong',
  description:
    'Reads the environment as `atlas serve` would, and starts nothing. Secrets are not shown. docs/configuration.md lists the variables.',
  topic: 'Servers',
  inputs: { all: toggle('--all', 'also what is neither set nor has a default') },
  exits: { [catalogue.config_invalid.exit]: 'a variable is not valid' },
  examples: [
    { line: 'atlas config check', does: 'what a server started here would go by' },
    { line: "atlas config check --json | jq '.problems'", does: 'only what is wrong, for a deployment to stop at' },
  ],
  async run({ all }, { env, terminal }) {
    const checked = await runServerProgram<Checked>('check-config', { env })
    return {
      json: checked,
      text: () => showConfiguration(checked, all, terminal.colours),
      exit: checked.problems.length === 0 ? 0 : catalogue.config_invalid.exit,
      next: checked.problems.length === 0 ? [{ line: 'atlas serve', does: 'start a server' }] : [],
    }
  },
})
