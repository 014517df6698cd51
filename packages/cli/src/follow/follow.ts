import type { Client, Operation } from '@atlas/client'
import type { CloudEvent } from '@atlas/core'
import type { Context } from '../context.ts'
import { untilInterrupted } from '../interruption.ts'
import { advance, begin } from './progress.ts'
import { liveView, plainView, silent, type View } from './view.ts'

export interface Followed {
  operation: Operation
  /** The person pressed Ctrl-C: the operation goes on without being watched. */
  detached: boolean
}

export const ended = ({ status }: Operation): boolean => ['succeeded', 'failed', 'cancelled'].includes(status)

/** Shows an operation until it ends, or until Ctrl-C, which ends only the watching. */
export async function follow(context: Context, client: Client, operation: Operation): Promise<Followed> {
  if (ended(operation)) return { operation, detached: false }
  const view = await viewFor(context)
  return untilInterrupted(async (signal) => {
    try {
      await showUntilEnd(context, client, operation, view, signal)
    } finally {
      view.end()
    }
    return { operation: await client.operation(operation.id), detached: signal.aborted }
  })
}

async function viewFor({ json, terminal, say }: Context): Promise<View> {
  if (json) return silent
  return terminal.redraws ? liveView(process.stdout, terminal) : plainView(say, terminal)
}

async function showUntilEnd(
  { say }: Context,
  client: Client,
  { id, waits_for }: Operation,
  view: View,
  signal: AbortSignal,
): Promise<void> {
  if (waits_for) say(`${waiting(waits_for)}\n`)
  let progress = begin(waits_for ? [] : await client.steps(id))
  view.show(progress)
  for await (const event of eventsUntilEnd(client, id, signal)) {
    if (waits_for && event.type === 'operation.queued') progress = begin(await client.steps(id))
    const next = advance(progress, event)
    progress = next.progress
    view.show(progress, next.changed)
  }
}

const waiting = ({ operation, position }: NonNullable<Operation['waits_for']>): string =>
  `It waits for ${operation ? `operation ${operation}` : 'its turn'}, as number ${position} in the queue, and is planned anew when its turn comes.`

const endings: ReadonlySet<CloudEvent['type']> = new Set([
  'deployment.completed',
  'deployment.failed',
  'operation.cancelled',
])

/** An operation's events from its first to its last. A passing `operation.cancelled` request is not its end: it is asked. */
export async function* eventsUntilEnd(client: Client, id: string, signal: AbortSignal): AsyncGenerator<CloudEvent> {
  for await (const event of client.events({ operation: id, signal })) {
    yield event
    if (endings.has(event.type) && ended(await client.operation(id))) return
  }
}
