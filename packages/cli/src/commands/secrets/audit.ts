import { bodyOf, listed } from '@atlas/client'
import { command, count, optional } from '../../command.ts'
import { showSecretsAudit } from '../../show/secrets.ts'

export default command({
  summary: 'Who set, rotated and unset secrets, and which services were given them',
  description: 'From the audit of the workspace, the latest first. For admins.',
  topic: 'Deploys',
  inputs: {
    name: optional('[name]', 'of one secret; of all when not given'),
    limit: count('-n, --limit <number>', 'at most so many', 20),
  },
  examples: [
    { line: 'atlas secrets audit', does: 'the last 20' },
    { line: 'atlas secrets audit HOSTOMATIC_PROD_DB_PASSWORD', does: 'of one secret' },
  ],
  async run({ name = '*', limit }, context) {
    const { api } = await context.connect()
    const audit = await listed(
      (query) => bodyOf(api.GET('/api/v1/audit', { params: { query: { secret: name, ...query } } })),
      (page) => page.audit,
      limit,
    )
    return {
      json: { audit },
      text: () => (audit.length > 0 ? showSecretsAudit(audit, context.terminal.colours) : 'Nothing is on record.'),
      next: [{ line: 'atlas audit verify', does: 'whether the records are what they were' }],
    }
  },
})
