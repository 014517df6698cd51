import { command, count, naming, text } from '../../command.ts'
import { showOperations } from '../../show/operations.ts'

export default command({
  summary: 'List operations, newest first',
  topic: 'Operations',
  inputs: {
    infrastructure: naming('infrastructure', text('-i, --infrastructure <name>', 'only those of this infrastructure')),
    limit: count('-n, --limit <number>', 'at most so many', 20),
  },
  examples: [
    { line: 'atlas operations list', does: 'the last 20' },
    { line: "atlas operations list --json | jq -r '.operations[0].id'", does: 'id of the newest' },
  ],
  async run({ infrastructure, limit }, context) {
    const client = await context.connect()
    const operations = await client.operations({ limit, ...(infrastructure === undefined ? {} : { infrastructure }) })
    const newest = operations[0]
    return {
      json: { operations },
      text: () =>
        newest ? showOperations(operations, Date.now(), context.terminal.colours) : 'There are no operations yet.',
      next: newest
        ? [{ line: `atlas operations show ${newest.id}`, does: 'its steps' }]
        : [{ line: 'atlas plan', does: 'see what would change' }],
    }
  },
})
