import type { Client } from '@atlas/client'
import { outcomeOf } from '../../change.ts'
import { command, naming, type Outcome, required } from '../../command.ts'
import type { Context } from '../../context.ts'
import { ended, eventsUntilEnd, follow } from '../../follow/follow.ts'
import { untilInterrupted } from '../../interruption.ts'

export default command({
  summary: 'Follow an operation until it ends',
  description:
    'Follows an operation until it ends. Ctrl-C ends the watching, not the operation. With --json every event is a line.',
  topic: 'Operations',
  inputs: { id: naming('operation', required('<id>', 'as `atlas operations list` shows it')) },
  exits: { 130: 'you stopped watching; the operation goes on' },
  examples: [
    { line: 'atlas operations watch <id>', does: 'its steps as they happen' },
    { line: 'atlas operations watch <id> --json', does: 'its events, one JSON object a line' },
  ],
  async run({ id }, context) {
    const client = await context.connect()
    if (context.json) return watchAsLines(context, client, id)
    const { operation, detached } = await follow(context, client, await client.operation(id))
    if (!detached) return outcomeOf(context, undefined, operation, [{ line: 'atlas status', does: 'what runs now' }])
    return {
      exit: 130,
      text: () => `Operation ${id} goes on.`,
      next: [
        { line: `atlas operations watch ${id}`, does: 'watch it again' },
        { line: `atlas operations cancel ${id}`, does: 'stop it after the calls under way' },
      ],
    }
  },
})

async function watchAsLines(context: Context, client: Client, id: string): Promise<Outcome> {
  await client.operation(id)
  return untilInterrupted(async (signal) => {
    for await (const event of eventsUntilEnd(client, id, signal)) context.jsonLine(event)
    const operation = await client.operation(id)
    if (!ended(operation)) return { exit: 130 }
    const { json: _already, ...outcome } = outcomeOf(context, undefined, operation, [])
    return outcome
  })
}
