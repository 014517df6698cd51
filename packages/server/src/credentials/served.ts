import type { AuditEntry } from '@atlas/core'
import type { Store } from '@atlas/store'
import type { Logger } from '../logging.ts'
import type { Place } from './connections.ts'

/** What a credential was needed for. */
export type Purpose = 'operation' | 'patrol' | 'check'

/** Told whenever a credential is about to serve calls to a cloud: which one, from where; never what it is. */
export type Served = (place: Place, credential: { source: string; fingerprint: string }, purpose: Purpose) => void

/**
 * Notes the last use, at most once a minute for each credential, and has it in the audit for every operation and check;
 * of patrols, which come all the time, when it is another than before. Nobody waits for it, and nothing fails by it.
 */
export function noteUse(store: Pick<Store, 'credentials' | 'audit'>, log: Logger): Served {
  const noted = new Map<string, { fingerprint: string; at: number }>()
  return ({ workspace, provider }, { source, fingerprint }, purpose) => {
    const key = JSON.stringify([workspace, provider])
    const last = noted.get(key)
    const now = performance.now()
    if (purpose === 'operation')
      log.info({ workspace, provider, source, fingerprint }, 'a credential serves an operation')
    if (purpose !== 'patrol' || last?.fingerprint !== fingerprint) {
      store.audit
        .write(usedFor(purpose, { workspace, provider }, { source, fingerprint }))
        .catch((err) => log.error({ err, workspace, provider }, 'the use of a credential is missing in the audit'))
    }
    if (last?.fingerprint === fingerprint && now - last.at < 60_000) return
    noted.set(key, { fingerprint, at: now })
    store.credentials
      .used(workspace, { provider, source, fingerprint })
      .catch((err) => log.warn({ err, workspace, provider }, 'the last use of a credential was not noted'))
  }
}

const usedFor = (
  purpose: Purpose,
  { workspace, provider }: Place,
  { source, fingerprint }: { source: string; fingerprint: string },
): AuditEntry => ({
  kind: 'used',
  workspace,
  actor: { kind: 'system', id: 'atlas', name: 'Atlas' },
  action: `credential for ${purpose}`,
  object: `${provider} from ${source} (${fingerprint})`,
})
