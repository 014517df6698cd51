import type { Operation, Step } from '@atlas/client'
import { command, type Example, naming, required } from '../../command.ts'
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
        ? undoing(operation, steps)
        : [{ line: `atlas operations watch ${id}`, does: 'follow it' }],
    }
  },
})

/** A deploy is undone by going back, not by a plan of machines. */
function undoing({ id, kind }: Operation, steps: readonly Step[]): Example[] {
  if (kind !== 'deploy') return [{ line: `atlas operations rollback ${id}`, does: 'undo it' }]
  const route = steps.find(({ type }) => type === 'route')?.resource
  const [project, environment] = route?.split('@')[0]?.split('/') ?? []
  if (project === undefined || environment === undefined) return []
  return [{ line: `atlas rollback ${project} ${environment}`, does: 'go back to what served before' }]
}
