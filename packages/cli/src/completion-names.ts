import { type Client, createClient, type Infrastructure, type Operation } from '@atlas/client'
import type { NameKind } from './command.ts'
import { ended } from './follow/follow.ts'
import { runningServer } from './server/session.ts'
import { statusWords } from './show/operations.ts'
import { ago } from './show/text.ts'

export interface Name {
  name: string
  /** Shown beside it by shells that can. */
  says: string
}

/** Nobody waits longer than this for a Tab. */
const patienceMs = 500

/** What there is of a kind, from the server that runs. Nothing where none does or it is slow: Tab is never an error. */
export async function namesOf(kind: NameKind, where: Parameters<typeof runningServer>[0]): Promise<Name[]> {
  try {
    const server = runningServer(where)
    return server ? await inTime(readers[kind](createClient(server))) : []
  } catch {
    return []
  }
}

const inTime = (reading: Promise<Name[]>): Promise<Name[]> =>
  Promise.race([reading, new Promise<Name[]>((resolve) => setTimeout(resolve, patienceMs, []))])

const readers: Record<NameKind, (client: Client) => Promise<Name[]>> = {
  infrastructure: async (client) => (await existing(client)).map(({ name, status }) => ({ name, says: status })),
  machine: async (client) =>
    (await existing(client)).flatMap(({ name: infrastructure, resources }) =>
      resources.filter(({ type }) => type === 'machine').map(({ name }) => ({ name, says: infrastructure })),
    ),
  operation: async (client) => (await client.operations({ limit: 20 })).map(operationName),
  'running operation': async (client) =>
    (await client.operations({ limit: 20 })).filter((one) => !ended(one)).map(operationName),
}

const existing = async (client: Client): Promise<Infrastructure[]> =>
  (await client.infrastructures()).filter(({ status }) => !['destroyed', 'released'].includes(status))

const operationName = ({ id, kind, infrastructure, status, created_at }: Operation): Name => ({
  name: id,
  says: `${kind} ${infrastructure}, ${statusWords[status]}, ${ago(created_at, Date.now())}`,
})
