import type { Duplex, Readable } from 'node:stream'

/** How a machine is reached by SSH. */
export interface Reach {
  host: string
  port: number
  user: string
  /** In OpenSSH's form, unencrypted. */
  privateKey: string
  /** Its lines of known_hosts. Without them the key that it shows is learnt. */
  knownHosts?: string | undefined
  /** Given the line of a key that was not known before. */
  learn?(line: string): void
}

export interface Call {
  /** Sent to its standard input. */
  input?: string | Readable
  /** Milliseconds until it is given up; 60,000 when not given. */
  timeoutMs?: number
  signal?: AbortSignal
}

/** A machine that is connected. */
export interface Connected {
  /** What messages call it. */
  readonly name: string
  /**
   * Runs a program and gives what it printed.
   * @throws AtlasError `machine_refused` with its last lines where it fails or takes too long, `machine_unreachable`
   */
  run(words: readonly string[], call?: Call): Promise<string>
  /** A connection made from the machine. @throws AtlasError `machine_unreachable` */
  connect(host: string, port: number): Promise<Duplex>
  /** Resolves when the connection has ended, however. */
  readonly ended: Promise<void>
  close(): void
}
