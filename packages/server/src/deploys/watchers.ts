import type { Store } from '@atlas/store'
import type { Upkeep } from '../upkeep.ts'
import { type RenewalParts, renewCertificates } from './certificates/renewal.ts'
import { type GuardParts, watchTargets } from './guard/guard.ts'

/**
 * What changes a load balancer without anybody asking for it: one server of all does it at a time. What one whose term is
 * over had begun is refused by the machines, and by the database.
 */
export function startWatchers(parts: GuardParts & RenewalParts & { store: Pick<Store, 'alone'> }): Upkeep {
  const stopping = new AbortController()
  const going = parts.store.alone(stopping.signal, async (term) => {
    const renewed = new Set<string>()
    const certificates = renewCertificates(parts, term, (id) => renewed.add(id))
    await Promise.all([watchTargets(parts, term, renewed), certificates])
  })
  return {
    async stop() {
      stopping.abort()
      await going
    },
  }
}
