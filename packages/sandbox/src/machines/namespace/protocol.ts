import type { InboundRule, MachineFault, MachineSpec } from '../backend.ts'
import type { Mounted } from '../machine.ts'
import type { Neighbour } from './neighbours.ts'

/** What the cloud process needs to run one machine. */
export interface Order {
  spec: MachineSpec
  folder: string
  volumes: readonly Mounted[]
  firewall?: readonly InboundRule[] | undefined
}

/** What the sandbox asks of the cloud process: the one that holds all machines, their network and their SSH servers. */
export type CloudCalls = {
  /** Makes and ends a machine's namespaces over an empty disk. */
  tryOut(folder: string): Promise<void>
  /** `unlimited`: why this one is not held to its size, where others are. */
  start(order: Order): Promise<{ unlimited?: string }>
  stop(id: number, graceful: boolean): Promise<void>
  /** Asks all to end, and ends them after 2 s. */
  stopAll(): Promise<void>
  freeze(id: number, frozen: boolean): Promise<void>
  /** Name, size and firewall as they are now. */
  apply(id: number, now: Pick<Order, 'spec' | 'firewall'>): Promise<void>
  /** False where the fault cannot be had here. */
  fault(id: number, fault?: MachineFault): Promise<boolean>
  mount(id: number, volume: Mounted): Promise<void>
  unmount(id: number, name: string): Promise<void>
  /** Servers of this computer that machines may reach at their addresses; all of them. */
  neighbours(all: readonly Neighbour[]): Promise<void>
  closeDoor(id: number, port: number): Promise<void>
}

/** The first that it tells: it runs, and whether it can hold machines to their sizes. */
export interface CloudReady {
  ready: { limits: boolean }
}

/** What the cloud process tells by itself. */
export type CloudNews =
  /** Listens in the machine now, and so must be reachable at the machine's address on this computer. */
  | { news: 'ports'; id: number; ports: number[] }
  /** The machine has ended by itself; `again` where it asked for a reboot. */
  | { news: 'ended'; id: number; again: boolean }

/** Sent along with a listening server of this computer, or a connection to one: what comes in is for this port of this machine. */
export interface DoorMessage {
  door: { id: number; port: number }
}

/** Sent along with a connection that a machine, at `from`, has made to a neighbour. */
export interface VisitMessage {
  visit: Neighbour
  from: string
}

/** How the cloud process is told what it is: one JSON argument. */
export interface CloudOptions {
  sshPort: number
}
