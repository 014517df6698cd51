/**
 * What the sandbox's API asks of whatever really runs its droplets. A backend knows nothing of HTTP, actions or money:
 * the API keeps the records, a backend keeps machines. Every call is safe to repeat, and resolves when it is done.
 */
export interface Backend {
  readonly name: 'namespace' | 'process' | 'docker' | 'none'
  /** What one machine can see and do to another and to this computer: one plain sentence, printed at start. */
  readonly isolation: string
  readonly effects: Effects
  /** Disk from an image or a snapshot, host key, authorised keys. The machine is off afterwards. */
  create(machine: MachineSpec): Promise<void>
  /** Starts it, runs `userData` on the first boot, answers SSH at `address`. Resolves when SSH answers. */
  powerOn(id: number): Promise<void>
  /** SIGTERM, then SIGKILL, then a sweep for what escaped. `graceful` waits up to 10 s before killing. */
  powerOff(id: number, options: { graceful: boolean }): Promise<void>
  /** Ends every process and erases the disk. */
  destroy(id: number): Promise<void>
  /** Copies the disk; gives its size in bytes. */
  snapshot(id: number, snapshotId: string): Promise<{ bytes: number }>
  /** Replaces the disk by a snapshot's (restore) or a fresh one of an image (rebuild); the machine is off afterwards. */
  replaceDisk(id: number, source: DiskSource): Promise<void>
  deleteSnapshot(snapshotId: string): Promise<void>
  /** CPU and memory of the new size, as far as the backend can limit them. */
  resize(id: number, size: { vcpus: number; memoryMb: number; diskGb: number }): Promise<void>
  rename(id: number, name: string): Promise<void>
  /** A folder that appears in the machine under /mnt/<name>, and outlives it. */
  createVolume(volume: { id: string; name: string; sizeGb: number; fromSnapshot?: string }): Promise<void>
  attachVolume(id: number, volumeId: string): Promise<void>
  detachVolume(id: number, volumeId: string): Promise<void>
  deleteVolume(volumeId: string): Promise<void>
  snapshotVolume(volumeId: string, snapshotId: string): Promise<{ bytes: number }>
  /** Rules now in force for one machine; an empty list closes everything, `undefined` opens everything. */
  setFirewall(id: number, rules: InboundRule[] | undefined): Promise<void>
  /** Injected faults of one machine, until called with `undefined`. */
  setFault(id: number, fault: MachineFault | undefined): Promise<void>
  /** The public host key in OpenSSH's one-line form, for known_hosts; nothing before the first boot. */
  hostKey(id: number): Promise<string | undefined>
  state(id: number): Promise<'off' | 'active' | 'missing'>
  /** Effects that hold for other machines here and not for this one. */
  lacks?(id: number): readonly (keyof Effects)[]
  /** After a restart of the sandbox: what exists is taken up again, what has no record is ended. */
  recover(machines: readonly { spec: MachineSpec; on: boolean }[]): Promise<void>
  /** Ends all processes, keeps the disks. */
  close(): Promise<void>
}

/** Which of the cloud's promises hold here; the API and the docs say so where they do not. */
export interface Effects {
  /** Real SSH and real processes. */
  ssh: boolean
  firewall: boolean
  /** Machines of one VPC reach each other at their private addresses, others do not. */
  privateNetwork: boolean
  /** Two machines can both bind 0.0.0.0:8080. */
  ownPorts: boolean
  cpuAndMemoryLimits: boolean
}

export interface MachineSpec {
  id: number
  name: string
  /** 127.77.x.y on this computer: where SSH (port `sshPort`) and everything the machine listens on are reached. */
  address: string
  privateAddress: string
  vpcId: string
  /** 22 where this process may bind it, else 2222. */
  sshPort: number
  size: { vcpus: number; memoryMb: number; diskGb: number }
  disk: DiskSource
  /** Public keys in OpenSSH's one-line form. */
  authorizedKeys: readonly string[]
  /** `#!` script or `#cloud-config`. */
  userData?: string
  /** What the metadata service of the machine answers: id, hostname, region, tags, interfaces. */
  metadata: Record<string, unknown>
}

export type DiskSource = { image: string } | { snapshot: string }

export interface InboundRule {
  protocol: 'tcp' | 'udp' | 'icmp'
  /** Inclusive; absent means all ports. */
  ports?: { from: number; to: number }
  /** CIDRs; loopback addresses of this computer count as themselves. */
  sources: readonly string[]
  /** Machines that may connect (from tags, droplet ids or load balancers, resolved by the API). */
  machines: readonly number[]
}

export type MachineFault =
  /** Packets vanish: connects time out. */
  | { kind: 'partition' }
  /** The processes are stopped (SIGSTOP): connects succeed, nothing answers. */
  | { kind: 'hang' }
  /** The machine dies at once, without shutdown. */
  | { kind: 'crash' }
  | { kind: 'slow_disk'; delayMs: number }
