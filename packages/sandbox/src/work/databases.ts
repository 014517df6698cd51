import type { Cloud, CloudParts } from '../cloud.ts'
import type { Databases } from '../machines/index.ts'
import type { Database } from '../records/types.ts'
import { settle } from './background.ts'

/** The real servers behind `pg` clusters; where no machine runs there are none, and clusters are records only. */
export interface DatabaseKeeper {
  readonly real: boolean
  /** Resolves when the server has the users and databases of the record; at once where there is no server. */
  upToDate(id: string): Promise<void>
  close(): Promise<void>
}

/** Follows the records: users and databases that change there change in the server, and a cluster that is gone is erased. */
export function keepDatabases(cloud: CloudParts, servers: Databases | undefined): DatabaseKeeper {
  if (!servers) return { real: false, upToDate: async () => {}, close: async () => {} }
  const asTold = new Map<string, string>()

  async function follow(id: string): Promise<void> {
    const database = cloud.databases.get(id)
    if (database?.address === undefined) return
    const { address, users, names, source } = database
    const told = JSON.stringify([users, names])
    if (asTold.get(id) === told) return
    const from = source === undefined ? {} : { from: { cluster: source } }
    try {
      const server = await servers!.ensure({ id, address, users, names, ...from })
      asTold.set(id, told)
      cloud.databases.update(id, { server })
    } catch (error) {
      const { server: _, ...unserved } = cloud.databases.get(id) ?? database
      cloud.databases.put({ ...unserved, problem: error instanceof Error ? error.message : String(error) })
    }
  }

  const inTurn = (id: string) =>
    cloud.background.start(`database:${id}`, async () => {
      if (cloud.databases.get(id)) return follow(id)
      asTold.delete(id)
      await servers.destroy(id)
    })
  cloud.databases.watch((id, database) => {
    const told = database && JSON.stringify([database.users, database.names])
    if (!database || (database.server && asTold.get(id) !== told)) void inTurn(id)
  })
  return { real: true, upToDate: inTurn, close: () => servers.close() }
}

/** A state the cluster passes through; then it is online, changed by `outcome`. */
export function pass(cloud: Cloud, id: string, status: Database['status'], outcome: Partial<Database> = {}): void {
  cloud.databases.update(id, { status, next: outcome })
  bringOnline(cloud, id)
}

/** Ends the state a cluster passes through, with its server running; also after a restart of the sandbox. */
export function bringOnline(cloud: Cloud, id: string): void {
  void cloud.databaseKeeper.upToDate(id)
  void cloud.background.start(`database:${id}`, async () => {
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
