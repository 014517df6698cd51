import { command, optional } from '../../../command.ts'
import { findSandbox, sandboxAdmin } from '../../../sandbox/admin.ts'

export default command({
  summary: 'End one fault, or all',
  topic: 'Servers',
  inputs: { id: optional('[id]', 'as `atlas sandbox faults list` shows it; all when not given') },
  examples: [
    { line: 'atlas sandbox faults clear', does: 'let it behave again' },
    { line: 'atlas sandbox faults clear 2', does: 'end one of them' },
  ],
  async run({ id }, { dataDir }) {
    const admin = sandboxAdmin(findSandbox(dataDir))
    await admin.clearFaults(id === undefined ? undefined : Number(id))
    return {
      json: { faults: await admin.faults() },
      text: () => (id === undefined ? 'All faults are ended.' : `Fault ${id} is ended.`),
      next: [{ line: 'atlas status', does: 'how things stand' }],
    }
  },
})
