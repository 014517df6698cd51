import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { Server, Socket } from 'node:net'
import type { MachineFault } from '../../backend.ts'
import { mayEnter } from '../../doors/firewall.ts'
import { hold, release } from '../../doors/hold.ts'
import { bootLine, cloudLog, hostKeyOf } from '../../first-boot.ts'
import type { Mounted } from '../../machine.ts'
import { run, systemEnv } from '../../run.ts'
import type { Inside } from '../../ssh/inside.ts'
import { type SshServer, sshServer } from '../../ssh/server.ts'
import { mountVolume, unmountVolume } from '../boot.ts'
import { listeningPorts } from '../listening.ts'
import type { Wire } from '../network.ts'
import type { Order } from '../protocol.ts'
import { enter, namespaceInside } from './inside.ts'
import type { Limits } from './limits.ts'
import { makeNamespaces, type Namespaces } from './namespaces.ts'
import { relay } from './relay.ts'

/** One machine that is on. */
export class Running {
  order: Order
  readonly wire: Wire
  readonly namespaces: Namespaces
  readonly #limits: Limits | undefined
  readonly #inside: ReturnType<typeof namespaceInside>
  readonly #relayed = new Set<Socket>()
  readonly #doors = new Map<number, Server>()
  /** SSH connections that came while the machine hangs. */
  readonly #waiting: Socket[] = []
  #ssh: SshServer | undefined
  #still: MachineFault['kind'] | undefined
  #ports = ''

  static async start(
    order: Order,
    wire: Wire,
    link: (init: number) => Promise<void>,
    limits: Limits | undefined,
  ): Promise<Running> {
    const { spec, folder, volumes } = order
    limits?.set(spec.size)
    const namespaces = await makeNamespaces({ folder, name: spec.name, volumes, wire }, (init) => {
      limits?.take(init)
      return link(init)
    })
    const machine = new Running(order, wire, namespaces, limits)
    try {
      await machine.#boot()
    } catch (error) {
      namespaces.kill()
      throw error
    }
    return machine
  }

  private constructor(order: Order, wire: Wire, namespaces: Namespaces, limits: Limits | undefined) {
    this.#limits = limits
    this.order = order
    this.wire = wire
    this.namespaces = namespaces
    this.#inside = namespaceInside(`${order.folder}/root`, namespaces.init, limits?.join)
    namespaces.ended.then(() => this.#drop())
  }

  async #boot(): Promise<void> {
    await runInside(this.#inside, `exec >>${cloudLog} 2>&1; ${bootLine.early}`)
    this.#ssh = sshServer(this.#inside, await hostKeyOf({ root: `${this.order.folder}/root` }))
    runInside(this.#inside, `exec >>${cloudLog} 2>&1; ${bootLine.late}`).catch(() => {})
  }

  /** Takes over a listening server of this computer: who comes in there wants this port of the machine. */
  addDoor(port: number, server: Server): void {
    this.#doors.set(port, server)
    Object.assign(server, { allowHalfOpen: true })
    server.on('connection', (socket) => this.enterBy(port, socket))
  }

  /** A connection from this computer. */
  enterBy(port: number, socket: Socket): void {
    socket.on('error', () => {})
    if (!mayEnter(this.order.firewall, port, socket.remoteAddress ?? '')) this.#ignore(socket)
    else if (port === this.order.spec.sshPort) this.acceptSsh(socket)
    else relay(socket, this.order.spec.address, port, this.#relayed)
  }

  closeDoor(port: number): void {
    this.#doors.get(port)?.close()
    this.#doors.delete(port)
  }

  acceptSsh(socket: Socket): void {
    if (this.#still) {
      this.#waiting.push(socket)
      hold(socket)
    } else this.#ssh?.accept(socket)
  }

  /** As a firewall drops packets: nothing ever comes back. */
  #ignore(socket: Socket): void {
    this.#relayed.add(socket)
    hold(socket)
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
    if (fault?.kind === 'hang') await this.freeze(true)
    else if (this.#still === 'hang') await this.freeze(false)
    const still = fault?.kind === 'hang' || fault?.kind === 'partition' ? fault.kind : undefined
    const sockets = [...(this.#ssh?.sockets ?? []), ...this.#relayed]
    for (const socket of sockets) still ? hold(socket) : release(socket)
    this.#still = still
    if (!still)
      for (const socket of this.#waiting.splice(0)) {
        release(socket)
        this.#ssh?.accept(socket)
      }
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
      if (this.#still === 'hang') await this.freeze(false)
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
    this.#ssh?.close()
    for (const socket of [...this.#relayed, ...this.#waiting]) socket.destroy()
    for (const port of [...this.#doors.keys()]) this.closeDoor(port)
    this.#limits?.remove()
  }
}

async function runInside(inside: Inside, line: string): Promise<void> {
  const account = (await inside.account('root')) ?? { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/sh' }
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
  const env = { HOME: account.home, USER: 'root', LOGNAME: 'root', PATH: path, SHELL: account.shell }
  const child = inside.spawn({ argv: ['/bin/sh', '-c', line], env, account })
  for (const stream of [child.stdout, child.stderr]) stream?.resume()
  child.stdin?.end()
  await new Promise<void>((resolve, reject) => child.on('exit', () => resolve()).on('error', reject))
}

/** Unlike `run`, looks only at the end: the shell of `kill -1` may be told to stop by another one. */
const runOutside = ([file, ...args]: string[]): Promise<unknown> =>
  new Promise((resolve) =>
    spawn(file!, args, { stdio: 'ignore', env: systemEnv() }).on('exit', resolve).on('error', resolve),
  )
