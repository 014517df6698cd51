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

export interface Listener {
  port: number
  close(): void
}

/** A machine that is connected. */
export interface Connected {
  /** What messages call it. */
  readonly name: string
  /** It is the computer of this server: nothing is installed on it. */
  readonly isOwn?: true
  /**
   * Runs a program and gives what it printed.
   * @throws AtlasError `machine_refused` with its last lines where it fails or takes too long, `machine_unreachable`
   */
  run(words: readonly string[], call?: Call): Promise<string>
  /** What a program prints, as it prints it. It fails as `run` does, and ends the program where it is destroyed. */
  stream(words: readonly string[]): Promise<Readable>
  /**
   * Listens on the machine's loopback, at a port that it chooses, for as long as this connection lasts.
   * @throws AtlasError `machine_refused` where its SSH server forwards nothing
   */
  listen(each: (connection: Duplex) => void): Promise<Listener>
  /** A connection made from the machine. @throws AtlasError `machine_unreachable` */
  connect(host: string, port: number): Promise<Duplex>
  /** Resolves when the connection has ended, however. */
  readonly ended: Promise<void>
  close(): void
}
