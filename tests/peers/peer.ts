import type { PeerCloud } from './cloud.ts'
import type { Report } from './report.ts'

/** A third party that Atlas or its sandbox must get on with: a client of the API, or a server that Atlas is a client of. */
export interface Peer {
  name: string
  /**
   * Gets the client ready, outside the repository; says why where it cannot be had on this computer.
   * @param isNamed whether it was asked for by its name: what takes long to build may wait for that
   */
  prepare(print: (line: string) => void, isNamed: boolean): Promise<{ unavailable: string } | Ready | Alone>
}

export interface Ready {
  /** What is tried, for the report: name and version. */
  version: string
  run(cloud: PeerCloud, report: Report): Promise<void>
}

/** A peer that is no client of the cloud. */
export interface Alone {
  version: string
  alone(report: Report): Promise<void>
}
