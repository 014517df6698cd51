import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { Server, Socket } from 'node:net'
import type { MachineFault } from '../../backend.ts'
import { bootAndServe } from '../../boot.ts'
import { Gate } from '../../doors/gate.ts'
import type { Mounted } from '../../machine.ts'
import { run, systemEnv } from '../../run.ts'
import { mountVolume, unmountVolume } from '../boot.ts'
import { listeningPorts } from '../listening.ts'
import type { Wire } from '../network.ts'
import type { Order } from '../protocol.ts'
import { enter, namespaceInside } from './inside.ts'
import { hold, type Limits } from './limits.ts'
import { makeNamespaces, type Namespaces } from './namespaces.ts'

/** One machine that is on. */
export class Running {
  order: Order
  readonly wire: Wire
  readonly namespaces: Namespaces
  readonly #limits: Limits | undefined
  /** Why it is not held to its size, where others are. */
  readonly unlimited: string | undefined
  readonly #inside: ReturnType<typeof namespaceInside>
  readonly #doors = new Map<number, Server>()
  #gate: Gate | undefined
  #hangs = false
  #ports = ''

  static async start(
    order: Order,
    wire: Wire,
    link: (init: number) => Promise<void>,
    makeLimits: (() => Limits) | undefined,
  ): Promise<Running> {
    const { spec, folder, volumes } = order
    let held: ReturnType<typeof hold> | undefined
    const namespaces = await makeNamespaces({ folder, name: spec.name, volumes, wire }, (init) => {
      held = makeLimits && hold(makeLimits, spec.size, init)
      return link(init)
    })
    const machine = new Running(order, wire, namespaces, held)
    try {
      await machine.#boot()
    } catch (error) {
      namespaces.kill()
      throw error
    }
    return machine
  }

  private constructor(order: Order, wire: Wire, namespaces: Namespaces, held: ReturnType<typeof hold> | undefined) {
    if (held && 'why' in held) this.unlimited = held.why
    else this.#limits = held
    this.order = order
    this.wire = wire
    this.namespaces = namespaces
    this.#inside = namespaceInside(`${order.folder}/root`, namespaces.init, this.#limits?.join)
    namespaces.ended.then(() => this.#drop())
  }

  async #boot(): Promise<void> {
    const ssh = await bootAndServe(this.#inside, { root: `${this.order.folder}/root` })
    const { sshPort, address } = this.order.spec
    this.#gate = new Gate({ ssh, sshPort, address, rules: () => this.order.firewall })
  }

  /** Takes over a listening server of this computer: who comes in there wants this port of the machine. */
  addDoor(port: number, server: Server): void {
    this.#doors.set(port, server)
    Object.assign(server, { allowHalfOpen: true })
    server.on('connection', (socket) => this.enterBy(port, socket))
  }

  /** A connection from this computer. */
  enterBy(port: number, socket: Socket): void {
    this.#gate?.enter(port, socket)
  }

  closeDoor(port: number): void {
    this.#doors.get(port)?.close()
    this.#doors.delete(port)
  }

  /** A connection from another machine, already let in by the firewall's rules there. */
  acceptSsh(socket: Socket): void {
    this.#gate?.acceptSsh(socket)
  }

  /** The ports that are listened at now, where they are not the same as last time. */
  async changedPorts(): Promise<number[] | undefined> {
    const folder = `/proc/${this.namespaces.init}/net`
    const tables = await Promise.all(
      ['tcp', 'tcp6'].map((name) => readFile(`${folder}/${name}`, 'latin1').catch(() => '')),
    )
    const ports = listeningPorts(tables.join('\n'), this.order.spec.address)
    if (ports.join() === this.#ports) return
    this.#ports = ports.join()
    return ports
  }

  freeze(frozen: boolean): Promise<unknown> {
    return runOutside([
      ...enter(this.namespaces.init, 'Up'),
      '/bin/sh',
      '-c',
      `kill -${frozen ? 'STOP' : 'CONT'} -1; true`,
    ])
  }

  async setFault(fault: MachineFault | undefined): Promise<void> {
    const hangs = fault?.kind === 'hang'
    if (hangs !== this.#hangs) await this.freeze(hangs)
    this.#hangs = hangs
    this.#gate?.stand(hangs || fault?.kind === 'partition')
  }

  /** False where the disk cannot be slowed. */
  slowDisk(delayMs: number): boolean {
    return this.#limits?.slowDisk(this.order.folder, delayMs) ?? false
  }

  resize(): void {
    this.#limits?.set(this.order.spec.size)
  }

  mount(volume: Mounted): Promise<unknown> {
    return this.#atKeeper(mountVolume(`${this.order.folder}/root/mnt`, volume))
  }

  unmount(name: string): Promise<unknown> {
    return this.#atKeeper(unmountVolume(`${this.order.folder}/root/mnt`, name))
  }

  rename(name: string): Promise<unknown> {
    return run([...enter(this.namespaces.init, 'Uu'), 'hostname', name])
  }

  /** SIGTERM to everything, and SIGKILL to what is left after `patience` (ms). */
  async stop(patience: number): Promise<void> {
    if (patience > 0) {
      if (this.#hangs) await this.freeze(false)
      this.namespaces.askToEnd()
      await Promise.race([this.namespaces.ended, new Promise((resolve) => setTimeout(resolve, patience).unref())])
    }
    this.namespaces.kill()
    await this.namespaces.ended
  }

  /** Mounts are made where this computer's files can be seen, and appear in the machine. */
  #atKeeper(line: string): Promise<unknown> {
    return run([...enter(this.namespaces.keeper, 'Um'), '/bin/sh', '-c', line])
  }

  #drop(): void {
    this.#inside.close()
    this.#gate?.drop()
    for (const port of [...this.#doors.keys()]) this.closeDoor(port)
    this.#limits?.remove()
  }
}

/** Unlike `run`, looks only at the end: the shell of `kill -1` may be told to stop by another one. */
const runOutside = ([file, ...args]: string[]): Promise<unknown> =>
  new Promise((resolve) =>
    spawn(file!, args, { stdio: 'ignore', env: systemEnv() }).on('exit', resolve).on('error', resolve),
  )
