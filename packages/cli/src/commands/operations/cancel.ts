import { agreed } from '../../ask.ts'
import { command, naming, required, toggle } from '../../command.ts'

export default command({
  summary: 'Stop an operation after the calls under way',
  description:
    'Stops an operation: calls under way are settled, the rest is skipped. What was made stays; rollback removes it.',
  topic: 'Operations',
  inputs: {
    id: naming('running operation', required('<id>', 'as `atlas operations list` shows it')),
    yes: toggle('-y, --yes', 'do not ask'),
  },
  examples: [{ line: 'atlas operations cancel <id>', does: 'stop it, keep what is done' }],
  async run({ id, yes }, context) {
    const client = await context.connect()
    const { kind, infrastructure } = await client.operation(id)
    if (!(await agreed(context, `Cancel ${kind} of ${infrastructure}?`, yes))) return { text: () => 'It goes on.' }
    const operation = await client.cancel(id)
    return {
      json: { operation },
      text: () => `Operation ${id} is being cancelled.`,
      next: [
        { line: `atlas operations watch ${id}`, does: 'see it end' },
        // A deploy that is cancelled takes away by itself what it began.
        ...(kind === 'deploy' ? [] : [{ line: `atlas operations rollback ${id}`, does: 'then undo what it did' }]),
      ],
    }
  },
})
