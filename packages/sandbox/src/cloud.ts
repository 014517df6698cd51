import type { Clock } from './clock.ts'
import type { Backend } from './machines/backend.ts'
import type { Records } from './records/records.ts'
import type { Store } from './records/store.ts'
import type { DatabaseKeeper } from './work/databases.ts'
import type { FirewallKeeper } from './work/firewalls.ts'
import type { BalancerKeeper } from './work/load-balancers.ts'

/** What every route and every piece of work shares: the records, the time, the machines. */
export interface Cloud extends CloudParts {
  readonly firewallKeeper: FirewallKeeper
  readonly balancers: BalancerKeeper
  readonly databaseKeeper: DatabaseKeeper
  readonly machineWatch: { close(): void }
}

/** The cloud without what watches over it. */
export interface CloudParts extends Records {
  readonly store: Store
  readonly clock: Clock
  readonly backend: Backend
  readonly options: Options
  readonly background: Background
}

export interface Options {
  /** How long the cloud takes over a step that is instant here, in milliseconds: states stay observable. */
  settleMs: number
  dropletLimit: number
  /** The port SSH listens on at a machine's address. */
  sshPort: number
  /** The third part of the addresses 127.77.x.y that are given out first. */
  addressBlock: number
}

/** Work that goes on after its answer was given. */
export interface Background {
  /** Aborted when the sandbox stops. */
  readonly stopping: AbortSignal
  /** Lets it go on. Work under one key runs one after the other. Resolves when it has ended, well or not. */
  start(key: string, work: () => Promise<void>): Promise<void>
  settled(): Promise<void>
}

/** The next number of a kind. Numbers are never used again, not even after a restart. */
export function nextId(cloud: Cloud, kind: 'droplet' | 'image' | 'ssh_key' | 'action' | 'domain_record'): number {
  const first = {
    droplet: 480_000_000,
    image: 180_000_000,
    ssh_key: 44_000_000,
    action: 2_300_000_000,
    domain_record: 1_780_000_000,
  }
  const last = (cloud.sequences.get(kind)?.last ?? first[kind]) + 1
  cloud.sequences.put({ id: kind, last })
  return last
}
