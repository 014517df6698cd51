import { command } from '../../../command.ts'
import { findSandbox, sandboxAdmin } from '../../../sandbox/admin.ts'
import { showFaults } from '../../../sandbox/faults.ts'

export default command({
  summary: 'The faults in force, and how often each struck',
  topic: 'Servers',
  inputs: {},
  examples: [{ line: 'atlas sandbox faults list', does: 'what is broken on purpose' }],
  async run(_values, { dataDir, terminal }) {
    const faults = await sandboxAdmin(findSandbox(dataDir)).faults()
    return {
      json: { faults },
      text: () => showFaults(faults, terminal.colours),
      next: [
        faults.length > 0
          ? { line: 'atlas sandbox faults clear', does: 'end them' }
          : { line: 'atlas sandbox faults add --kind rate_limit --count 3', does: 'answer 429 three times' },
      ],
    }
  },
})
