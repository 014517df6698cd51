import type { Socket } from 'node:net'
import type { SshServer } from '../ssh/server.ts'
import { mayEnter, type Rules } from './firewall.ts'
import { hold, release } from './hold.ts'
import { relay } from './relay.ts'

export interface GateOptions {
  ssh: SshServer
  sshPort: number
  /** As they are now. */
  rules(): Rules
  /** Where the machine's other ports are; a machine without a network of its own has none here. */
  address?: string
}

/** All connections of one running machine from outside: let in, turned to SSH or to a port, held still, ended with it. */
export class Gate {
  readonly #options: GateOptions
  readonly #sockets = new Set<Socket>()
  /** SSH connections that came while the machine stands still. */
  readonly #waiting: Socket[] = []
  #still = false

  constructor(options: GateOptions) {
    this.#options = options
  }

  enter(port: number, socket: Socket): void {
    const { rules, sshPort, address } = this.#options
    socket.on('error', () => {})
    if (!mayEnter(rules(), port, socket.remoteAddress ?? '')) this.#ignore(socket)
    else if (port === sshPort) this.acceptSsh(socket)
    else if (address) relay(socket, address, port, this.#sockets)
    else socket.destroy()
  }

  acceptSsh(socket: Socket): void {
    if (this.#still) {
      this.#waiting.push(socket)
      hold(socket)
    } else this.#options.ssh.accept(socket)
  }

  /** While it stands still nothing moves on any connection, and nothing is lost. */
  stand(still: boolean): void {
    this.#still = still
    for (const socket of [...this.#options.ssh.sockets, ...this.#sockets]) still ? hold(socket) : release(socket)
    if (still) return
    for (const socket of this.#waiting.splice(0)) {
      release(socket)
      this.#options.ssh.accept(socket)
    }
  }

  drop(): void {
    this.#options.ssh.close()
    for (const socket of [...this.#sockets, ...this.#waiting]) socket.destroy()
  }

  /** As a firewall drops packets: nothing ever comes back. */
  #ignore(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    hold(socket)
  }
}
