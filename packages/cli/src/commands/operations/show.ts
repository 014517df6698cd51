import { command, naming, required } from '../../command.ts'
import { ended } from '../../follow/follow.ts'
import { showOperation } from '../../show/operations.ts'

export default command({
  summary: 'Show one operation with its steps',
  topic: 'Operations',
  inputs: { id: naming('operation', required('<id>', 'as `atlas operations list` shows it')) },
  examples: [{ line: 'atlas operations show <id>', does: 'status, steps, attempts, errors' }],
  async run({ id }, context) {
    const client = await context.connect()
    const [operation, steps] = await Promise.all([client.operation(id), client.steps(id)])
    return {
      json: { operation, steps },
      text: () => showOperation(operation, steps, context.terminal.colours),
      next: ended(operation)
        ? [{ line: `atlas operations rollback ${id}`, does: 'undo it' }]
        : [{ line: `atlas operations watch ${id}`, does: 'follow it' }],
    }
  },
})
