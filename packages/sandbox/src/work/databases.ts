import type { Cloud } from '../cloud.ts'
import type { Database } from '../records/types.ts'
import { settle } from './background.ts'

/** A state the cluster passes through; then it is online, changed by `outcome`. */
export function pass(cloud: Cloud, id: string, status: Database['status'], outcome: Partial<Database> = {}): void {
  cloud.databases.update(id, { status, next: outcome })
  bringOnline(cloud, id)
}

/** Ends the state a cluster passes through; also after a restart of the sandbox. */
export function bringOnline(cloud: Cloud, id: string): void {
  cloud.background.start(`database:${id}`, async () => {
    await settle(cloud)
    const database = cloud.databases.get(id)
    if (!database) return
    const { next, ...rest } = database
    const replicas = rest.replicas.map((replica) => ({ ...replica, status: 'online' as const }))
    cloud.databases.put({ ...rest, ...next, replicas, status: 'online' })
  })
}

export function note(cloud: Cloud, database: Database, type: string): void {
  const event = { id: crypto.randomUUID().slice(0, 8), type, at: cloud.clock.now() }
  cloud.databases.update(database.id, { events: [...database.events, event] })
}
