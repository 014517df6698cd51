import type { DriftView } from '@atlas/api'
import { AtlasError } from '@atlas/core'
import { lookNow } from '@atlas/engine'
import type { Store } from '@atlas/store'
import type { Connections } from '../credentials/connections.ts'

export interface DriftParts {
  store: Pick<Store, 'which' | 'drift' | 'dueNow' | 'saw'>
  connections: Pick<Connections, 'open'>
}

/** Who asks waits so long for the cloud. Milliseconds. */
const patienceMs = 30_000

/** What was found when somebody looked last. */
export async function lastDrift({ store }: DriftParts, workspace: string, idOrName: string): Promise<DriftView> {
  const { id, name } = await store.which(workspace, idOrName)
  return { infrastructure: name, ...(await store.drift(id)) }
}

/**
 * Looks now, and keeps what is seen as a patrol does.
 * @throws AtlasError `not_found`; `operation_running` where it was changed meanwhile; `cloud_unavailable` after 30 seconds
 */
export async function driftNow(parts: DriftParts, workspace: string, idOrName: string): Promise<DriftView> {
  const { store, connections } = parts
  const { id, name } = await store.which(workspace, idOrName)
  const beat = await store.dueNow(id)
  const { driver, endpoint } = await connections.open(beat)
  const signal = AbortSignal.timeout(patienceMs)
  const { seen, findings } = await lookNow(driver, beat, signal).catch((error) => {
    throw signal.aborted ? tooSlow(endpoint) : error
  })
  if (await store.saw(beat, seen, findings)) return lastDrift(parts, workspace, id)
  throw new AtlasError(
    'operation_running',
    `${name} was changed while it was looked at, so what was seen says nothing.`,
    {
      hint: `look again once the operation is over: atlas operations list --infrastructure ${name}`,
    },
  )
}

const tooSlow = (endpoint: string) =>
  new AtlasError('cloud_unavailable', `${endpoint} has not said what there is within ${patienceMs / 1000} seconds.`, {
    hint: 'try again, or read what the last patrol found: GET /api/v1/infrastructure/{id}/drift',
  })
