import { exportAudit } from '@atlas/client'
import { command, toggle } from '../../command.ts'

export default command({
  summary: 'Print all records as lines of JSON, the first first',
  description:
    'Every line holds the record as it was hashed, and its hash. An export of everything can be verified without the server: atlas audit verify --file.',
  topic: 'Access',
  inputs: { everything: toggle('--everything', 'of all workspaces; for the server’s own token only') },
  printsItself: true,
  examples: [
    { line: 'atlas audit export > audit.jsonl', does: 'the records of the workspace' },
    { line: 'atlas audit export --everything > audit.jsonl', does: 'the whole chain' },
  ],
  async run({ everything }, context) {
    const { connection } = await context.connect()
    for await (const record of exportAudit(connection, { everything })) context.jsonLine(record)
    return {}
  },
})
