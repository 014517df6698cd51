import type { AuditEntry } from '@atlas/core'
import type { Store } from '@atlas/store'
import type { Logger } from '../logging.ts'
import type { Place } from './connections.ts'

/** What a credential was needed for. */
export type Purpose = 'operation' | 'patrol' | 'check'

type Used = Place & { operation?: string }
type Known = { source: string; fingerprint: string }

/**
 * Told before a credential serves calls to a cloud: which one, from where; never what it is. Rejects where that cannot be
 * written into the audit: then it must not serve.
 */
export type Served = (place: Used, credential: Known, purpose: Purpose) => Promise<void>

/**
 * Every operation and check is in the audit with the credential that serves it; patrols, which come all the time, when it
 * is another than before. The last use is noted at most once a minute for each workspace and cloud; nobody waits for that.
 */
export function noteUse(store: Pick<Store, 'credentials' | 'audit'>, log: Logger): Served {
  const noted = new Map<string, { fingerprint: string; at: number }>()
  return async (place, credential, purpose) => {
    const { workspace, provider } = place
    const key = JSON.stringify([workspace, provider])
    const last = noted.get(key)
    const isNew = last?.fingerprint !== credential.fingerprint
    if (purpose !== 'patrol' || isNew) await store.audit.write(usedFor(purpose, place, credential))
    const now = performance.now()
    if (!isNew && now - last.at < 60_000) return
    noted.set(key, { fingerprint: credential.fingerprint, at: now })
    store.credentials
      .used(workspace, { provider, ...credential })
      .catch((err) => log.warn({ err, workspace, provider }, 'the last use of a credential was not noted'))
  }
}

const usedFor = (purpose: Purpose, place: Used, { source, fingerprint }: Known): AuditEntry => ({
  kind: 'used',
  workspace: place.workspace,
  actor: { kind: 'system', id: 'atlas', name: 'Atlas' },
  action: `credential for ${purpose}`,
  object: `${place.provider} from ${source} (${fingerprint})`,
  operation: place.operation,
})
