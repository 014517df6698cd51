import type { Client, Operation } from '@atlas/client'
import { agreed } from '../../ask.ts'
import { command, naming, required, toggle } from '../../command.ts'
import { ended, eventsUntilEnd } from '../../follow/follow.ts'
import { cancelling } from '../../show/operations.ts'

export default command({
  summary: 'Stop an operation after the calls under way',
  description:
    'Stops an operation: calls under way are settled, the rest is skipped. What was made stays; rollback removes it. A deploy whose traffic moves already is carried through.',
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
    const operation = await atItsEnd(client, await client.cancel(id))
    const begun = (await client.steps(id)).filter(({ status }) => status === 'running' || status === 'done')
    const moves = begun.some(({ action }) => action === 'switch')
    return {
      json: { operation },
      text: () => cancelling(operation, moves),
      next: [
        ended(operation)
          ? { line: `atlas operations show ${id}`, does: 'what it did' }
          : { line: `atlas operations watch ${id}`, does: 'see it end' },
        // A deploy that is cancelled takes away by itself what it began.
        ...(kind === 'deploy' ? [] : [{ line: `atlas operations rollback ${id}`, does: 'then undo what it did' }]),
      ],
    }
  },
})

/** Most end within a moment, and only then is it known how. */
const momentMs = 3000

async function atItsEnd(client: Client, operation: Operation): Promise<Operation> {
  if (ended(operation)) return operation
  for await (const _ of eventsUntilEnd(client, operation.id, AbortSignal.timeout(momentMs)));
  return client.operation(operation.id)
}
