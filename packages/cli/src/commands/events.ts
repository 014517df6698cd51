import { bodyOf, type Client, listed } from '@atlas/client'
import type { CloudEvent } from '@atlas/core'
import { command, count, list, naming, type Outcome, text, toggle } from '../command.ts'
import type { Context } from '../context.ts'
import { untilInterrupted } from '../interruption.ts'
import { eventLine } from '../show/events.ts'

interface Wish {
  type: readonly string[]
  infrastructure: string | undefined
  limit: number
}

export default command({
  summary: 'Show what has happened, and follow what happens',
  description:
    'Shows the latest events, the oldest of them first. With --follow it goes on with what happens until Ctrl-C, also when the server is started anew. With --json every event is a line: a CloudEvent.',
  topic: 'Look',
  inputs: {
    follow: toggle('-f, --follow', 'go on with what happens, until Ctrl-C'),
    type: list('-t, --type <types>', 'only these: infrastructure.created, or infrastructure.* for all of a kind'),
    infrastructure: naming('infrastructure', text('-i, --infrastructure <name>', 'only of this infrastructure')),
    limit: count('-n, --limit <number>', 'the latest so many', 20),
  },
  examples: [
    { line: 'atlas events', does: 'the latest 20' },
    { line: "atlas events --follow --type 'infrastructure.*,deployment.*'", does: 'what happens, without the steps' },
    { line: 'atlas events -i shop --json', does: 'of one infrastructure, one CloudEvent a line' },
  ],
  async run({ follow, ...wish }, context) {
    const client = await context.connect()
    const events = await latest(client, wish)
    for (const event of events) tell(context, event)
    if (follow) return goOn(context, client, wish, events.at(-1)?.id)
    if (events.length > 0 || context.json) return {}
    if (wish.type.length > 0 || wish.infrastructure !== undefined)
      return { text: () => 'Nothing of that has happened yet.', next: [{ line: 'atlas events', does: 'what has' }] }
    return { text: () => 'Nothing has happened yet.', next: [{ line: 'atlas plan', does: 'see what would change' }] }
  },
})

async function latest({ api }: Client, { type, infrastructure, limit }: Wish): Promise<CloudEvent[]> {
  const filter = {
    follow: false,
    order: 'desc' as const,
    type: [...type],
    ...(infrastructure !== undefined && { infrastructure }),
  }
  const pageAt = async ({ limit, cursor }: { limit: number; cursor?: string }) => {
    const query = { ...filter, limit, ...(cursor !== undefined && { cursor: Number(cursor) }) }
    // The route also has a stream to answer with; a page is what was asked for.
    return (await bodyOf(api.GET('/api/v1/events', { params: { query } }))) as {
      events: CloudEvent[]
      next_cursor?: string
    }
  }
  return (await listed(pageAt, ({ events }) => events, limit)).reverse()
}

const goOn = (context: Context, client: Client, { type, infrastructure }: Wish, after = 'latest'): Promise<Outcome> =>
  untilInterrupted(async (signal) => {
    const query = { type, after, signal, ...(infrastructure === undefined ? {} : { infrastructure }) }
    for await (const event of client.events(query)) tell(context, event)
    return {}
  })

function tell(context: Context, event: CloudEvent): void {
  if (context.json) context.jsonLine(event)
  else context.say(eventLine(event, context.terminal.colours))
}
