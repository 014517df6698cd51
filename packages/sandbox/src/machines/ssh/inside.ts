import type { ChildProcess } from 'node:child_process'
import type { Duplex } from 'node:stream'

/** A line of the machine's own /etc/passwd. */
export interface Account {
  name: string
  uid: number
  gid: number
  /** As the machine sees it. */
  home: string
  shell: string
}

export interface Launch {
  argv: readonly string[]
  /** The whole environment, apart from what the backend itself needs. */
  env: Record<string, string>
  account: Account
  /** File descriptor 3 is a pipe to the caller; used to learn a terminal's name. */
  pipe3?: boolean
}

/** How SSH reaches into one machine: all that a backend must give for a machine to answer as a real one does. */
export interface Inside {
  account(name: string): Promise<Account | undefined>
  /** Contents of the account's authorized_keys. */
  authorizedKeys(account: Account): Promise<string>
  /** Starts a program in the machine, in a session and process group of its own, with pipes for its three streams. */
  spawn(launch: Launch): ChildProcess
  /** Starts a program in the machine that speaks SFTP (version 3) on its standard streams. */
  sftp(account: Account, env: Record<string, string>): ChildProcess
  /** A connection made from inside the machine: its own loopback is meant by 127.0.0.1. */
  connect(host: string, port: number): Promise<Duplex>
  /** Listens inside the machine; port 0 lets it choose. */
  listen(host: string, port: number, accept: (connection: Duplex) => void): Promise<{ port: number; close(): void }>
}
