import type { PeerCloud } from './cloud.ts'
import type { Report } from './report.ts'

/** A third-party client of the API. */
export interface Peer {
  name: string
  /** Gets the client ready, outside the repository; says why where it cannot be had on this computer. */
  prepare(print: (line: string) => void): Promise<{ unavailable: string } | Ready>
}

export interface Ready {
  /** What is tried, for the report: name and version. */
  version: string
  run(cloud: PeerCloud, report: Report): Promise<void>
}
