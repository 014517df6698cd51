import { writeFileSync } from 'node:fs'
import { createServer, Server, type Socket } from 'node:net'
import { MachineError } from '../../errors.ts'
import { oneAtATime } from '../../one-at-a-time.ts'
import { run } from '../../run.ts'
import { serveCalls } from '../calls.ts'
import {
  batch,
  cut,
  firewall,
  firewallPref,
  join,
  metadataAddress,
  part,
  router,
  routerSwitches,
  type Wire,
} from '../network.ts'
import type { CloudCalls, CloudNews, CloudOptions, CloudReady, DoorMessage, Order, VisitMessage } from '../protocol.ts'
import { entrancesFor } from './entrances.ts'
import { limiter } from './limits.ts'
import { metadataServer } from './metadata.ts'
import { makeNamespaces } from './namespaces.ts'
import { Running } from './running.ts'

/*
 * The cloud process: one for all machines. It runs in a network namespace of its own, the router of network.ts, and, where
 * the sandbox is not root's, in a user namespace that gives it rights over that. Listening sockets of this computer are
 * made by the sandbox and handed over. When the sandbox ends, however it ends, the channel closes, this process ends, the pipes
 * to the machines' first processes close, and with those everything in them.
 */
const { sshPort } = JSON.parse(process.argv[2]!) as CloudOptions
const limits = limiter()
const machines = new Map<number, Running>()
const wires = new Map<number, Wire>()
const vpcs = new Map<string, number>()
let lastSlot = 0
const firewalls = new Map<number, number>()
const networkInTurn = oneAtATime()

const ip = (lines: readonly string[], ...options: string[]): Promise<unknown> =>
  networkInTurn('ip', () => run(['ip', ...options, '-batch', '-'], { input: batch(lines) }))
/** Lines that may fail where something has gone by itself. */
const ipTry = (lines: readonly string[]): Promise<unknown> => ip(lines, '-force').catch(() => {})
const tell = (news: CloudNews): void => void (process.connected && process.send?.(news))

const get = (id: number): Running => {
  const machine = machines.get(id)
  if (!machine) throw new MachineError('missing', `Machine ${id} is off.`)
  return machine
}

function wireOf({ spec }: Order): Wire {
  if (!vpcs.has(spec.vpcId)) vpcs.set(spec.vpcId, vpcs.size)
  const slot = wires.get(spec.id)?.slot ?? ++lastSlot
  const wire = { slot, address: spec.address, privateAddress: spec.privateAddress, vpc: vpcs.get(spec.vpcId)! }
  wires.set(spec.id, wire)
  return wire
}

async function setFirewall(id: number, rules: Order['firewall']): Promise<void> {
  const wire = wires.get(id)!
  const lines = firewall(wire, rules, (other) => {
    const { address, privateAddress } = wires.get(other) ?? {}
    return [address, privateAddress].filter((one) => one !== undefined && one !== '') as string[]
  })
  const old = Array.from({ length: firewalls.get(id) ?? 0 }, () => `rule del pref ${firewallPref(wire)}`)
  firewalls.set(id, lines.length)
  if (old.length + lines.length > 0) await ip([...old, ...lines])
}

async function start(order: Order): Promise<{ unlimited?: string }> {
  const { id } = order.spec
  if (machines.has(id)) return {}
  const wasHere = wires.has(id)
  const wire = wireOf(order)
  if (wasHere) await ipTry([...part(wire, sshPort), ...cut(wire, false)])
  await setFirewall(id, order.firewall)
  const link = (init: number) => ip(join(wire, init, sshPort)).then(() => {})
  const limit = limits && (() => limits(`${process.pid}-${id}`))
  const machine = await Running.start(order, wire, link, limit)
  machines.set(id, machine)
  machine.namespaces.ended.then((signal) => ended(id, machine, signal))
  return machine.unlimited === undefined ? {} : { unlimited: machine.unlimited }
}

/** A machine that is still in the list has not been stopped by us: it fell, or asked for a reboot (SIGHUP is how the kernel says so). */
function ended(id: number, machine: Running, signal: NodeJS.Signals | null): void {
  if (machines.get(id) !== machine) return
  machines.delete(id)
  ipTry(part(machine.wire, sshPort))
  tell({ news: 'ended', id, again: signal === 'SIGHUP' })
}

const calls: CloudCalls = {
  async tryOut(folder) {
    const wire = { slot: 0, address: '127.77.255.253', privateAddress: '', vpc: 0 }
    const shape = { folder, name: 'trial', volumes: [], wire }
    const trial = await makeNamespaces(shape, (init) => ip(join(wire, init, sshPort)).then(() => {}))
    trial.kill()
    await trial.ended
    await ipTry(part(wire, sshPort))
  },
  start,
  async stop(id, graceful) {
    const machine = machines.get(id)
    machines.delete(id)
    await machine?.stop(graceful ? 10_000 : 0)
    if (machine) await ipTry(part(machine.wire, sshPort))
  },
  async stopAll() {
    const all = [...machines.values()]
    machines.clear()
    await Promise.all(all.map((machine) => machine.stop(2_000)))
  },
  freeze: async (id, frozen) => void (await get(id).freeze(frozen)),
  async apply(id, now) {
    const machine = get(id)
    const { name } = machine.order.spec
    machine.order = { ...machine.order, ...now, firewall: now.firewall }
    await setFirewall(id, now.firewall)
    machine.resize()
    if (now.spec.name !== name) await machine.rename(now.spec.name)
  },
  async fault(id, fault) {
    const machine = get(id)
    await ipTry(cut(machine.wire, false))
    if (fault?.kind === 'partition') await ip(cut(machine.wire, true))
    await machine.setFault(fault)
    const isSlowed = machine.slowDisk(fault?.kind === 'slow_disk' ? fault.delayMs : 0)
    return isSlowed || fault?.kind !== 'slow_disk'
  },
  mount: async (id, volume) => void (await get(id).mount(volume)),
  unmount: async (id, name) => void (await get(id).unmount(name)),
  neighbours: async (all) => entrances.set(all),
  closeDoor: async (id, port) => machines.get(id)?.closeDoor(port),
}

const entrances = entrancesFor((visit, socket) => {
  const message = { visit, from: socket.remoteAddress ?? '' } satisfies VisitMessage
  process.send?.(message, socket)
})

async function watchPorts(): Promise<void> {
  for (const [id, machine] of machines) {
    const ports = await machine.changedPorts()
    if (ports) tell({ news: 'ports', id, ports })
  }
  setTimeout(watchPorts, 100 + 5 * machines.size)
}

const byAddress = (address: string | undefined): Running | undefined =>
  [...machines.values()].find(({ wire }) => wire.address === address || wire.privateAddress === address)

for (const [name, value] of routerSwitches) writeFileSync(`/proc/sys/net/ipv4/${name}`, value)
await ip(router(sshPort))
metadataServer((address) => byAddress(address)?.order.spec).listen(80, metadataAddress)
// SSH from machine to machine: the router takes it at the other's own address.
createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {})
  const machine = byAddress(socket.localAddress)
  if (machine) machine.acceptSsh(socket)
  else socket.destroy()
}).listen(sshPort, '0.0.0.0')

process.on('message', ({ door }: Partial<DoorMessage>, handle?: Server | Socket) => {
  if (!door || !handle) return
  const machine = machines.get(door.id)
  if (handle instanceof Server) machine ? machine.addDoor(door.port, handle) : handle.close()
  else machine ? machine.enterBy(door.port, handle) : handle.destroy()
})
process.on('disconnect', () => process.exit())
serveCalls(calls)
watchPorts()
process.send?.({ ready: { limits: limits !== undefined } } satisfies CloudReady)
