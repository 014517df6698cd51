import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Server } from 'node:net'
import { createInterface } from 'node:readline'
import type { Backend } from '../backend.ts'
import { bootAndServe } from '../boot.ts'
import { Disks } from '../disks.ts'
import { type Doors, doorsOf } from '../doors/doors.ts'
import { Gate } from '../doors/gate.ts'
import { doorPlan } from '../doors/plan.ts'
import { MachineError } from '../errors.ts'
import { folderBackend } from '../folders.ts'
import type { Machine, Runner } from '../machine.ts'
import { furnish } from '../namespace/furnish.ts'
import { listeningPorts } from '../namespace/listening.ts'
import { run } from '../run.ts'
import { ensureImage, findEngine, giveAddress, runContainer } from './engine.ts'
import { dockerInside } from './inside.ts'

const nature = {
  name: 'docker',
  isolation:
    'Each machine is a Docker container with its own processes, files, network and limits; of this computer it sees /usr, ' +
    'read-only. Machines of one VPC reach each other by name and private address; firewalls hold towards this computer, not between machines.',
  effects: { ssh: true, firewall: false, privateNetwork: true, ownPorts: true, cpuAndMemoryLimits: true },
} as const satisfies Pick<Backend, 'name' | 'isolation' | 'effects'>

interface Running {
  gate: Gate
  /** Process 1, by its number here. */
  pid: number
  end(word: 'off' | 'now'): Promise<void>
}

/** Machines as Docker containers, on a Linux with an engine that this user may talk to. Rejects with the reason elsewhere. */
export async function dockerBackend(dataDir: string, log: (line: string) => void): Promise<Backend> {
  await findEngine()
  await ensureImage()
  const disks = new Disks(dataDir)
  const instance = createHash('sha256').update(dataDir).digest('hex').slice(0, 12)
  const label = `atlas-sandbox=${instance}`
  const running = new Map<number, Running>()
  const doors = new Map<number, Doors>()
  const known = new Map<number, Machine>()
  const ports = new Map<number, number[]>()
  const nameOf = (id: number) => `atlas-sandbox-${instance}-${id}`
  // Docker makes a second network of the same name where it is asked twice at once.
  const networks = new Map<string, Promise<unknown>>()
  const networkOf = async ({ spec }: Machine) => {
    const name = `atlas-sandbox-${instance}-${spec.vpcId}`
    const create = () => run(['docker', 'network', 'create', '--label', label, name])
    // One that fails, also because it is there already, is tried again by the next.
    const made = networks.get(name) ?? create().catch(() => networks.delete(name))
    networks.set(name, made)
    await made
    return name
  }

  const serve = (id: number) => (server: Server, port: number) => {
    server.on('connection', (socket) => {
      const machine = running.get(id)
      if (machine) machine.gate.enter(port, socket)
      else socket.destroy()
    })
    return () => server.close()
  }
  const showDoors = (machine: Machine, cut = false) => {
    const { id, address, sshPort } = machine.spec
    known.set(id, machine)
    const own = doors.get(id) ?? doorsOf(address, serve(id), log)
    doors.set(id, own)
    const { firewall } = machine
    return own.set(doorPlan({ on: running.has(id), cut, firewall, ports: ports.get(id) ?? [], sshPort }))
  }
  const watch = setInterval(async () => {
    for (const [id, { pid }] of running) {
      const read = (name: string) => readFile(`/proc/${pid}/net/${name}`, 'latin1').catch(() => '')
      const found = listeningPorts(`${await read('tcp')}\n${await read('tcp6')}`, known.get(id)!.spec.address)
      if (found.join() === ports.get(id)?.join()) continue
      ports.set(id, found)
      await showDoors(known.get(id)!)
    }
  }, 200)

  const runner: Runner = {
    furnish,
    async start(machine, disk, volumes) {
      const { spec } = machine
      const name = nameOf(spec.id)
      await run(['docker', 'rm', '-f', name]).catch(() => {})
      const [file, ...args] = runContainer({ name, label, network: await networkOf(machine) }, spec, disk, volumes)
      const child = spawn(file!, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
      child.stdin.on('error', () => {})
      const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
      let complaint = ''
      child.stderr.on('data', (chunk: Buffer) => {
        complaint += chunk
      })
      const lines = createInterface(child.stdout)
      await new Promise<void>((resolve, reject) => {
        lines.once('line', () => resolve())
        ended.then(() => reject(new MachineError('failed', `${spec.name} did not start: ${complaint.trim()}`)))
      })
      const facts = '{{.State.Pid}} {{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'
      const [pid, address] = (await run(['docker', 'inspect', '-f', facts, name])).trim().split(' ')
      if (spec.privateAddress) await run(giveAddress(name, spec))
      const ssh = await bootAndServe(dockerInside(name, disk.root), disk)
      const gate = new Gate({
        ssh,
        sshPort: spec.sshPort,
        address: address!,
        rules: () => known.get(spec.id)?.firewall,
      })
      const entry: Running = {
        gate,
        pid: Number(pid),
        async end(word) {
          if (word === 'off') child.stdin.write('off\n')
          else await run(['docker', 'kill', name]).catch(() => {})
          const late = setTimeout(() => run(['docker', 'kill', name]).catch(() => {}), 10_000)
          await ended
          clearTimeout(late)
        },
      }
      running.set(spec.id, entry)
      ended.then(() => {
        gate.drop()
        if (running.get(spec.id) === entry && running.delete(spec.id)) showDoors(machine)
      })
      await showDoors(machine)
    },
    async stop(machine, { graceful }) {
      const { id } = machine.spec
      const entry = running.get(id)
      running.delete(id)
      entry?.gate.drop()
      await entry?.end(graceful ? 'off' : 'now')
      await showDoors(machine)
    },
    isOn: (id) => running.has(id),
    freeze: async (id, frozen) =>
      void (await run(['docker', frozen ? 'pause' : 'unpause', nameOf(id)]).catch(() => {})),
    mount: async ({ spec }, _disk, { name }) => {
      log(`Volume ${name} appears in ${spec.name} when it is next started: Docker mounts nothing into what runs.`)
    },
    unmount: async ({ spec }, _disk, { name }) => {
      if (running.has(spec.id)) log(`Volume ${name} leaves ${spec.name} when it is next started.`)
    },
    async apply(machine) {
      const { spec } = machine
      if (running.has(spec.id)) {
        const size = ['--memory', `${spec.size.memoryMb}m`, '--memory-swap', '-1', '--cpus', String(spec.size.vcpus)]
        await run(['docker', 'update', ...size, nameOf(spec.id)])
      }
      await showDoors(machine)
    },
    async fault(machine, fault) {
      const { id, vpcId } = machine.spec
      if (fault?.kind === 'crash') return runner.stop(machine, { graceful: false })
      const gate = running.get(id)?.gate
      if (!gate) return
      if (fault?.kind === 'slow_disk') return log('slow_disk: nothing is slowed in Docker.')
      await runner.freeze(id, fault?.kind === 'hang')
      const network = `atlas-sandbox-${instance}-${vpcId}`
      const how = fault?.kind === 'partition' ? 'disconnect' : 'connect'
      await run(['docker', 'network', how, network, nameOf(id)]).catch(() => {})
      gate.stand(fault !== undefined)
      await showDoors(machine, fault?.kind === 'partition')
    },
    async forget(id) {
      await doors.get(id)?.set({ open: [], dropped: [] })
      doors.delete(id)
      known.delete(id)
      ports.delete(id)
    },
    async sweep() {
      const ids = (await run(['docker', 'ps', '-aq', '--filter', `label=${label}`])).split('\n').filter(Boolean)
      if (ids.length > 0) await run(['docker', 'rm', '-f', ...ids])
    },
    async close() {
      clearInterval(watch)
      for (const { gate } of running.values()) gate.drop()
      await Promise.all([...running.values()].map(({ end }) => end('now')))
      await Promise.all([...doors.keys()].map((id) => runner.forget(id)))
      await runner.sweep()
      await run(['docker', 'network', 'prune', '-f', '--filter', `label=${label}`]).catch(() => {})
    },
  }
  return folderBackend(nature, disks, runner, log)
}
