import type { Control } from '@atlas/api'
import { type EventFilter, isUuid, type Store } from '@atlas/store'

export const eventControl = (store: Store): Control['events'] => ({
  async follow(workspace, { after, ...filter }, signal) {
    const afterId = after === 'latest' ? await store.newestEvent(workspace) : after
    await store.checkKept(workspace, afterId)
    return store.eventBatches(workspace, { ...(await byName(store, workspace, filter)), afterId }, signal)
  },
  async page(workspace, { after, before, limit, ...filter }) {
    if (after !== undefined) await store.checkKept(workspace, after)
    return store.eventPage(workspace, {
      ...(await byName(store, workspace, filter)),
      ...(after === undefined ? {} : { afterId: after }),
      ...(before === undefined ? {} : { beforeId: before }),
      limit,
    })
  },
})

/** Events name their infrastructure. A name need not exist: somebody may wait for it to be made. */
async function byName(store: Store, workspace: string, filter: EventFilter): Promise<EventFilter> {
  const { infrastructure } = filter
  if (infrastructure === undefined || !isUuid(infrastructure)) return filter
  return { ...filter, infrastructure: (await store.which(workspace, infrastructure)).name }
}
