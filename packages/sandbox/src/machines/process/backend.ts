import { createHash } from 'node:crypto'
import { lstat, readFile, symlink, unlink, writeFile } from 'node:fs/promises'
import type { Server } from 'node:net'
import { join } from 'node:path'
import { systemGroups } from '../accounts.ts'
import type { Backend } from '../backend.ts'
import { bootAndServe } from '../boot.ts'
import { Disks } from '../disks.ts'
import { type Doors, doorsOf } from '../doors/doors.ts'
import { Gate } from '../doors/gate.ts'
import { doorPlan } from '../doors/plan.ts'
import { MachineError } from '../errors.ts'
import { folderBackend } from '../folders.ts'
import type { Machine, Runner } from '../machine.ts'
import { processInside } from './inside.ts'
import { endAll, marked, signalAll } from './processes.ts'
import { reaper } from './reaper.ts'

const nature = {
  name: 'process',
  isolation:
    'No isolation: what a machine runs is an ordinary process of the user who started the sandbox, with its home in the ' +
    "machine's folder; it sees this computer's files, processes, network and ports.",
  effects: { ssh: true, firewall: false, privateNetwork: false, ownPorts: false, cpuAndMemoryLimits: false },
} as const satisfies Pick<Backend, 'name' | 'isolation' | 'effects'>

/** Machines as plain processes: anywhere where Node, a shell and ssh are. */
export function processBackend(dataDir: string, log: (line: string) => void): Backend {
  const disks = new Disks(dataDir)
  // Two sandboxes on one computer must never sweep each other's processes.
  const instance = createHash('sha256').update(dataDir).digest('hex').slice(0, 12)
  const marker = (id: number) => `${instance}/${id}/`
  const reap = reaper(`${instance}/`)
  const gates = new Map<number, Gate>()
  const doors = new Map<number, Doors>()

  const doorsFor = ({ spec }: Machine): Doors => {
    const { id, address } = spec
    const known = doors.get(id) ?? doorsOf(address, (server, port) => serve(server, port, id), log)
    doors.set(id, known)
    return known
  }
  const rules = new Map<number, Machine['firewall']>()
  const serve = (server: Server, port: number, id: number) => {
    server.on('connection', (socket) => {
      const gate = gates.get(id)
      if (gate) gate.enter(port, socket)
      else socket.destroy()
    })
    return () => server.close()
  }
  const showDoors = (machine: Machine, cut = false) => {
    const { id, sshPort } = machine.spec
    rules.set(id, machine.firewall)
    const plan = doorPlan({ on: gates.has(id), cut, firewall: machine.firewall, ports: [], sshPort })
    // Only SSH is ours to close: programs listen on this computer themselves.
    return doorsFor(machine).set({ open: plan.open, dropped: plan.dropped.filter((port) => port === sshPort) })
  }

  const runner: Runner = {
    async furnish(disk) {
      await writeFile(join(disk.root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/bash\n')
      await writeFile(join(disk.root, 'etc/group'), systemGroups(await readFile('/etc/group', 'utf8').catch(() => '')))
    },
    async start(machine, disk, volumes) {
      for (const volume of volumes) await runner.mount(machine, disk, volume)
      const { id, sshPort } = machine.spec
      const ssh = await bootAndServe(processInside(disk.root, marker(id)), disk)
      gates.set(id, new Gate({ ssh, sshPort, rules: () => rules.get(id) }))
      await showDoors(machine)
    },
    async stop(machine, options) {
      const { id } = machine.spec
      gates.get(id)?.drop()
      gates.delete(id)
      await endAll(marker(id), options)
      await showDoors(machine)
    },
    isOn: (id) => gates.has(id),
    async freeze(id, frozen) {
      signalAll(await marked(marker(id)), frozen ? 'SIGSTOP' : 'SIGCONT')
    },
    async mount(_machine, disk, { name, data }) {
      const path = join(disk.root, 'mnt', name)
      if (!(await lstat(path).catch(() => undefined))) await symlink(data, path)
    },
    async unmount(_machine, disk, { name }) {
      await unlink(join(disk.root, 'mnt', name)).catch(() => {})
    },
    apply: (machine) => showDoors(machine),
    async fault(machine, fault) {
      const { id } = machine.spec
      if (fault?.kind === 'crash') return runner.stop(machine, { graceful: false })
      const gate = gates.get(id)
      if (!gate) throw new MachineError('failed', `${machine.spec.name} is off: it can have no fault but being so.`)
      if (fault?.kind === 'slow_disk')
        return log('slow_disk: plain processes use the disk directly; nothing is slowed.')
      await runner.freeze(id, fault?.kind === 'hang')
      gate.stand(fault !== undefined)
      await showDoors(machine, fault?.kind === 'partition')
    },
    async forget(id) {
      await doors.get(id)?.set({ open: [], dropped: [] })
      doors.delete(id)
    },
    sweep: () => endAll(`${instance}/`, { graceful: false }),
    async close() {
      for (const gate of gates.values()) gate.drop()
      gates.clear()
      for (const known of doors.values()) await known.set({ open: [], dropped: [] })
      await endAll(`${instance}/`, { graceful: false })
      reap.close()
    },
  }
  return folderBackend(nature, disks, runner, log)
}
