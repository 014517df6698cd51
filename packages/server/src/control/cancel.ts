import type { Actor } from '@atlas/api'
import { AtlasError, type Operation } from '@atlas/core'
import type { Store } from '@atlas/store'

/**
 * Half of a change is a change too, so an agent stops only what it has asked for itself.
 * @throws AtlasError `not_found`, `forbidden`
 */
export async function cancelFor(
  store: Pick<Store, 'operation' | 'storedPlan' | 'cancel'>,
  workspace: string,
  id: string,
  by: Actor,
): Promise<Operation> {
  if (by.kind === 'agent') {
    const { planHash } = await store.operation(workspace, id)
    const plan = await store.storedPlan(workspace, planHash).catch(() => undefined)
    const asker = plan?.approval?.asker
    if (asker?.kind !== by.kind || asker.id !== by.id)
      throw new AtlasError('forbidden', `Operation ${id} is none that ${by.name} has asked for.`, {
        hint: `a person types: atlas operations cancel ${id}`,
      })
  }
  return store.cancel(workspace, id)
}
