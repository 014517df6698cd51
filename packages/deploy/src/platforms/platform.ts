import type { Readable } from 'node:stream'
import type { ServiceConfig } from '../config/schema.ts'
import type { At } from '../machine/fenced.ts'
import type { Connected } from '../machine/machine.ts'
import type { Service } from '../plan/input.ts'
import type { Slot } from '../ports.ts'

/** Files of one commit. */
export interface Tree {
  /** Its text; `undefined` where the commit has no such file. */
  read(path: string): Promise<string | undefined>
  /** Paths of all files. */
  list(): Promise<string[]>
  /** All of it as a tar. */
  archive(): Readable
}

/** Where an instance of a service is on a machine: one of two, so that a new one starts beside the old. */
export interface Place {
  service: string
  slot: Slot
}

export interface Instance {
  service: Service
  release: string
  slot: Slot
  port: number
  /** The machine's private address, at which the load balancer asks. */
  address: string
  /** Of its environment, nothing that is secret. */
  variables: Readonly<Record<string, string>>
  /** Values of its secrets, by their names as in `db_password`. */
  secrets: Readonly<Record<string, string>>
  /** Of the same secrets: say nothing of the values, and change with them. */
  versions: Readonly<Record<string, string>>
}

/** Whom a registry lets in. */
export interface Login {
  registry: string
  username: string
  password: string
}

/** Where images go and come from, where not from machine to machine. */
export interface ImageRegistry {
  host: string
  prefix?: string | undefined
  login?: Login | undefined
}

/** What an image is to be built from. */
export interface Build {
  registry?: ImageRegistry | undefined
  project: string
  service: Service
  release: string
  commit: string
  tree: Tree
}

export interface BuiltImage {
  project: string
  service: string
  release: string
  /** `sha256:…` of its manifest. */
  digest: string
}

/** An image, to be taken elsewhere. */
export interface StoredImage {
  /** Of its layers and configuration. */
  bytes: number
  /** All of it as one file, for as long as the machine is connected. */
  archive(): Readable
}

/** What is to be on a machine. */
export interface Delivery {
  release: string
  tree: Tree
  /** Those of this platform that are to run from it. */
  services: readonly Service[]
  /** Machines that may have it already, the likeliest first. */
  elsewhere: readonly Elsewhere[]
  registry?: ImageRegistry | undefined
}

/** Hands over a connection to another machine for as long as it is used. @throws AtlasError `machine_unreachable` */
export type Elsewhere = <T>(what: (machine: Connected) => Promise<T>) => Promise<T>

/** A lane of a machine that is only looked at: no fence, and nothing is written. */
export interface Looking {
  machine: Connected
  lane: string
  signal: AbortSignal
}

/** What a machine says that it runs. */
export interface Running {
  service: string
  slot: Slot
  release: string
  /** Whether it runs at this moment, or is only to run. */
  alive: boolean
  /** ISO 8601, by the machine's clock: when it was started last. */
  since: string | null
}

/** What every platform says when a deploy is planned. */
export interface Resolver {
  name: string
  /** Whose steps these are: machines behind a load balancer, or a cluster that brings its own. */
  runsOn: 'machines' | 'cluster'
  /** How a service is run from a commit. @throws AtlasError `deploy_impossible` saying what is missing, and where */
  resolve(name: string, config: ServiceConfig, tree: Tree): Promise<Service>
}

/** A command of a release that is run once before traffic moves: its `release` command. */
export interface Once extends Omit<Instance, 'slot' | 'port' | 'address' | 'versions'> {
  /** The same for every try of one deploy: letters, digits and dashes. */
  key: string
  command: string
}

/** What became of it. `code` is undefined where the machine went down in the middle: nobody knows then. */
export interface OnceEnd {
  code: number | undefined
  /** The last of what it printed, secrets too. */
  output: string
}

/**
 * What runs services on machines. Each call says an end: repeating it after a worker died is harmless, and does nothing
 * where all is as wanted. Every change goes through the fence. In the order of a deploy:
 *
 *   resolve (when planning) → build, once for all machines → deliver → start → once → … traffic moves … → stop → prune
 *
 * Probing is the same for all platforms: they listen at the port they were given.
 * @throws AtlasError `machine_refused`, `machine_unreachable`, `fenced` from all but `resolve`
 */
export interface Platform extends Resolver {
  runsOn: 'machines'
  /**
   * Builds an image on a machine that has what it takes, and gives its digest, behind where a registry has it; never done twice
   * for a release. Left out where nothing is built. @throws AtlasError `build_failed`, `registry_refused`, `registry_unreachable`
   */
  build?(at: At, build: Build): Promise<string>
  /**
   * An image that was built, from a machine that has it; `undefined` where it has not. Left out where nothing is built.
   */
  stored?(looking: Omit<Looking, 'lane'>, image: BuiltImage): Promise<StoredImage | undefined>
  /** The release's files (or images) are on the machine. Gives how many bytes had to be sent, where that is known. */
  deliver(at: At, delivery: Delivery): Promise<number | undefined>
  /** It runs, under a supervisor that outlives this connection; an older instance of the slot is gone. */
  start(at: At, instance: Instance): Promise<void>
  /**
   * Runs a command in the folder of its service, beside what runs, and waits for its end. It outlives this connection: who
   * asks again with the same key is given the end of the same run, and no key is ever begun twice. When the signal fires
   * the waiting ends, not the command: that `stop` does, which takes away all of it.
   */
  once(at: At, once: Once): Promise<OnceEnd>
  /** The last lines that it printed. */
  logs(at: At, place: Place): Promise<string>
  /** Every instance of the lane, in either slot, asked of the machine and not of a record. */
  running(looking: Looking): Promise<Running[]>
  /** Nothing of the lane runs but what stays. */
  stop(at: At, stays: readonly Place[]): Promise<void>
  /** Of releases, only these are kept. */
  prune(at: At, keep: readonly string[]): Promise<void>
}
