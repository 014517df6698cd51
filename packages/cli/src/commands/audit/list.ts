import { bodyOf, listed } from '@atlas/client'
import { command, count, toggle } from '../../command.ts'
import { showAudit } from '../../show/audit.ts'

export default command({
  summary: 'What was done and refused, the latest first',
  topic: 'Access',
  inputs: {
    limit: count('-n, --limit <number>', 'at most so many', 20),
    everything: toggle('--everything', 'of all workspaces; for the server’s own token only'),
  },
  examples: [
    { line: 'atlas audit list', does: 'the last 20 of the workspace' },
    { line: "atlas audit list --json | jq '.audit[] | select(.result.status == 403)'", does: 'what was refused' },
  ],
  async run({ limit, everything }, context) {
    const { api } = await context.connect()
    const scope = everything && { everything }
    const audit = await listed(
      (query) => bodyOf(api.GET('/api/v1/audit', { params: { query: { ...scope, ...query } } })),
      (page) => page.audit,
      limit,
    )
    return {
      json: { audit },
      text: () => (audit.length > 0 ? showAudit(audit, context.terminal.colours) : 'Nothing was done yet.'),
      next: [{ line: 'atlas audit verify', does: 'whether the records are what they were' }],
    }
  },
})
