import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { InboundRule, MachineFault, MachineSpec } from './backend.ts'
import { type Disk, type Disks, writeWhole } from './disks.ts'

/** What is known of one machine besides its disk; kept in machine.json, so that it outlives the sandbox. */
export interface Machine {
  spec: MachineSpec
  /** Ids of attached volumes. */
  volumes: string[]
  /** Absent: everything is open. */
  firewall?: readonly InboundRule[] | undefined
}

const file = (disks: Disks, id: number): string => join(disks.machineFolder(id), 'machine.json')

export const saveMachine = (disks: Disks, machine: Machine): Promise<void> =>
  writeWhole(file(disks, machine.spec.id), JSON.stringify(machine))

export async function loadMachine(disks: Disks, id: number): Promise<Machine | undefined> {
  const text = await readFile(file(disks, id), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as Machine)
}

/** A volume's name, which gives its place under /mnt, and the folder of its data. */
export interface Mounted {
  name: string
  data: string
}

/** How one kind of machine is run, over disks that are folders. One call at a time for a machine. */
export interface Runner {
  /** What a fresh disk needs before its first start. */
  furnish(disk: Disk, machine: Machine): Promise<void>
  /** Starts it with its volumes, runs its boot scripts, and resolves when SSH answers. */
  start(machine: Machine, disk: Disk, volumes: readonly Mounted[]): Promise<void>
  stop(machine: Machine, options: { graceful: boolean }): Promise<void>
  isOn(id: number): boolean
  /** Stops all processes of a running machine, or lets them go on. */
  freeze(id: number, frozen: boolean): Promise<void>
  mount(machine: Machine, disk: Disk, volume: Mounted): Promise<void>
  unmount(machine: Machine, disk: Disk, volume: Mounted): Promise<void>
  /** Takes up the machine's rules, name and size as they now are, be it on or off. */
  apply(machine: Machine, disk: Disk): Promise<void>
  fault(machine: Machine, fault: MachineFault | undefined): Promise<void>
  /** The machine is deleted: nothing of it stays. */
  forget(id: number): Promise<void>
  /** Ends what an earlier life of the sandbox left running. */
  sweep(): Promise<void>
  close(): Promise<void>
}
