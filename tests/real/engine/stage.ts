import {
  type AtlasEvent,
  type Driver,
  type EventType,
  type Infrastructure,
  type JsonObject,
  type Plan,
  parseInfrastructure,
  plan,
} from '@atlas/core'
import { type MemoryCloud, memoryDriver } from '@atlas/driver-memory'
import {
  type At,
  callSlots,
  type RunParts,
  refresh,
  startPatrol,
  startWorker,
  type Timing,
  type Worker,
} from '@atlas/engine'
import { openStore, type Store } from '@atlas/store'

export const workspace = 'home'

/** Short bounds: the memory cloud says what it needs, so waiting longer proves nothing more. */
const timing: Partial<Timing> = { marginMs: 150, readyMs: 20_000, retryMs: 10_000 }

export interface Stage {
  store: Store
  /** Plans against the live cloud, as the server does. */
  plan(kind: Plan['kind'], description: Infrastructure | string): Promise<Plan>
  /** Plans, submits and waits for the end. */
  apply(resources: JsonObject[], name?: string): ReturnType<Store['operation']>
  ended(operation: string): ReturnType<Store['operation']>
  /** The events of an operation so far, of one type. */
  events(operation: string, type: EventType): Promise<AtlasEvent[]>
  work(more?: WorkOptions): Promise<Worker>
  close(): Promise<void>
}

export interface WorkOptions {
  at?: At
  driver?: Driver
  patrolMs?: number
}

export async function stage(url: string, cloud: MemoryCloud): Promise<Stage> {
  const store = await openStore(url)
  const workers: Worker[] = []
  const reader = memoryDriver(cloud, { worker: 'planner' })

  const planFor: Stage['plan'] = async (kind, what) => {
    const name = typeof what === 'string' ? what : what.name
    const remembered = await store.recall(workspace, name)
    const owned = remembered?.owned ?? []
    return plan({
      kind,
      workspace,
      account: cloud.account,
      revision: remembered?.revision ?? 0,
      description: typeof what === 'string' ? (remembered!.description as unknown as Infrastructure) : what,
      owned,
      observed: await refresh(reader, remembered?.owner ?? '', owned),
      drivers: reader.types,
      catalogueDate: '2026-01-01',
    })
  }
  const ended = async (id: string) => {
    const gone = new AbortController()
    for await (const event of store.events(workspace, { afterId: 0, operation: id }, gone.signal)) {
      if (['deployment.completed', 'deployment.failed', 'operation.cancelled'].includes(event.type)) gone.abort()
    }
    return store.operation(workspace, id)
  }
  return {
    store,
    plan: planFor,
    ended,
    async apply(resources, name = 'shop') {
      const { id } = await store.submit(await planFor('apply', describe(resources, name)))
      return ended(id)
    },
    async events(operation, type) {
      const found: AtlasEvent[] = []
      const enough = AbortSignal.timeout(300)
      for await (const event of store.events(workspace, { afterId: 0, operation }, enough))
        if (event.type === type) found.push(event)
      return found
    },
    async work({ at, driver = memoryDriver(cloud), patrolMs } = {}) {
      const { deliveries, lease, release } = await store.work()
      const account = callSlots(20)
      const parts: RunParts = {
        store,
        lease,
        driverFor: async () => driver,
        slotsFor: () => account,
        timing,
        ...(at && { at }),
      }
      const running = startWorker({ ...parts, deliveries, log: () => {} })
      const walking = patrolMs ? startPatrol({ ...parts, store, log: () => {} }, { everyMs: patrolMs }) : undefined
      const worker = {
        async stop() {
          await walking?.stop()
          await running.stop()
          await release()
        },
      }
      workers.push(worker)
      return worker
    },
    async close() {
      for (const worker of workers) await worker.stop()
      await store.close()
    },
  }
}

export const describe = (resources: JsonObject[], name = 'shop') =>
  parseInfrastructure({ name, provider: 'memory', region: 'nyc3', resources })

export const machine = (name: string, more: JsonObject = {}): JsonObject => ({
  type: 'machine',
  name,
  specifications: { size: 's-1vcpu-1gb', image: 'debian-12', ...more },
})

export const vpc = (name: string): JsonObject => ({ type: 'vpc', name, specifications: { ip_range: '10.10.0.0/16' } })
