import { mkdir } from 'node:fs/promises'
import type { Server } from 'node:net'
import { join } from 'node:path'
import type { Backend } from '../backend.ts'
import { Disks } from '../disks.ts'
import { type Doors, doorsOf } from '../doors/doors.ts'
import { doorPlan } from '../doors/plan.ts'
import { folderBackend } from '../folders.ts'
import type { Machine, Runner } from '../machine.ts'
import { chooseSshPort } from '../ports-here.ts'
import { type Cloud, startCloud } from './cloud-process.ts'
import { furnish } from './furnish.ts'
import { watchNeighbours } from './neighbours.ts'
import { checkPrograms, refused } from './probe.ts'
import type { CloudNews, DoorMessage } from './protocol.ts'

const nature = {
  name: 'namespace',
  isolation:
    'Each machine has its own processes, files, users, name and network; of this computer it sees /usr, read-only. It is kept ' +
    'apart by Linux namespaces, not by a virtual machine: do not run there what you would not run on this computer.',
  effects: { ssh: true, firewall: true, privateNetwork: true, ownPorts: true, cpuAndMemoryLimits: false },
} as const satisfies Pick<Backend, 'name' | 'isolation' | 'effects'>

interface Known {
  machine: Machine
  on: boolean
  /** Unreachable by an injected fault. */
  cut: boolean
  ports: readonly number[]
  doors: Doors
  /** Not held to its size, though others are: the kernel gave it no control group. */
  unlimited?: boolean
}

/** Machines in Linux namespaces, with no need of root. Rejects with the reason where this computer does not allow them. */
export async function namespaceBackend(dataDir: string, log: (line: string) => void): Promise<Backend> {
  checkPrograms()
  const disks = new Disks(dataDir, process.getuid?.() === 0 ? [] : ['unshare', '-Ur'])
  const known = new Map<number, Known>()
  const cloud: Cloud = await startCloud({ sshPort: await chooseSshPort() }, onNews)
  await tryOne(cloud, dataDir, disks)
  cloud.process.on('exit', () => {
    for (const entry of known.values()) entry.on = false
  })

  function onNews(news: CloudNews): void {
    const entry = known.get(news.id)
    if (!entry) return
    if (news.news === 'ports') entry.ports = news.ports
    else {
      entry.on = false
      log(`${entry.machine.spec.name} ${news.again ? 'reboots' : 'went off by itself'}.`)
      if (news.again) backend.powerOn(news.id).catch((error) => log(error.message))
    }
    showDoors(entry)
  }

  const neighbours = watchNeighbours(
    () => new Set([...known.values()].map(({ machine }) => machine.spec.address)),
    (all) => cloud.calls.neighbours(all).catch(() => {}),
  )

  const serve = (id: number) => (server: Server, port: number) => {
    const door = { door: { id, port } } satisfies DoorMessage
    // Until our own copy is closed, it may be the one that accepts.
    server.on('connection', (socket) => cloud.process.send(door, socket))
    cloud.process.send(door, server, () => server.close())
    return () => cloud.calls.closeDoor(id, port).catch(() => {})
  }

  const showDoors = ({ machine: { spec, firewall }, on, cut, ports, doors }: Known): Promise<void> =>
    doors.set(doorPlan({ on, cut, firewall, ports, sshPort: spec.sshPort }))

  const know = (machine: Machine): Known => {
    const { id, address } = machine.spec
    const doors = known.get(id)?.doors ?? doorsOf(address, serve(id), log)
    const entry = { machine, on: false, cut: false, ports: known.get(id)?.ports ?? [], doors }
    known.set(id, entry)
    return entry
  }

  const runner: Runner = {
    furnish,
    async start(machine, disk, volumes) {
      const entry = know(machine)
      await entry.doors.set({ open: [], dropped: [] })
      entry.ports = []
      const { spec, firewall } = machine
      const { unlimited } = await cloud.calls.start({ spec, firewall, folder: disk.folder, volumes })
      entry.on = true
      entry.unlimited = unlimited !== undefined
      if (entry.unlimited) log(`${spec.name} runs without limits of CPU and memory: ${unlimited}`)
      await showDoors(entry)
    },
    async stop({ spec }, { graceful }) {
      const entry = known.get(spec.id)
      if (!entry?.on) return
      entry.on = false
      await cloud.calls.stop(spec.id, graceful)
      await showDoors(entry)
    },
    isOn: (id) => known.get(id)?.on ?? false,
    freeze: (id, frozen) => cloud.calls.freeze(id, frozen),
    mount: ({ spec }, _disk, volume) => cloud.calls.mount(spec.id, volume),
    unmount: async ({ spec }, _disk, { name }) => {
      if (known.get(spec.id)?.on) await cloud.calls.unmount(spec.id, name)
    },
    async apply(machine) {
      const { spec, firewall } = machine
      const entry = known.get(spec.id) ?? know(machine)
      entry.machine = machine
      if (entry.on) await cloud.calls.apply(spec.id, { spec, firewall })
      await showDoors(entry)
    },
    async fault(machine, fault) {
      if (fault?.kind === 'crash') return runner.stop(machine, { graceful: false })
      const entry = known.get(machine.spec.id)
      if (!entry?.on) return
      if (!(await cloud.calls.fault(machine.spec.id, fault)))
        log('slow_disk: nothing is slowed, for that needs root, and a disk that the kernel can throttle.')
      entry.cut = fault?.kind === 'partition'
      await showDoors(entry)
    },
    async forget(id) {
      await known.get(id)?.doors.set({ open: [], dropped: [] })
      known.delete(id)
    },
    // A process of an earlier life ends with it: its pipe is closed.
    sweep: async () => {},
    async close() {
      neighbours.stop()
      await cloud.calls.stopAll().catch(() => {})
      await cloud.end()
      await Promise.all([...known.keys()].map((id) => runner.forget(id)))
    },
  }
  const effects = { ...nature.effects, cpuAndMemoryLimits: cloud.limits }
  const lacks = (id: number) => (known.get(id)?.unlimited ? (['cpuAndMemoryLimits'] as const) : [])
  const backend = { ...folderBackend({ ...nature, effects }, disks, runner, log), lacks }
  return backend
}

/** Starts a machine on trial: what the kernel, a container or a security module forbids shows here, not later. */
async function tryOne(cloud: Cloud, dataDir: string, disks: Disks): Promise<void> {
  const trial = join(dataDir, 'trial')
  const folder = join(trial, 'disk')
  await disks.erase(trial)
  for (const path of ['usr', 'root/usr', 'root/proc', 'root/sys', 'root/dev', 'root/run', 'root/mnt', 'root/etc'])
    await mkdir(join(folder, path), { recursive: true })
  try {
    await cloud.calls.tryOut(folder)
  } catch (error) {
    await cloud.end()
    throw refused((error as Error).message, error)
  } finally {
    await disks.erase(trial)
  }
}
