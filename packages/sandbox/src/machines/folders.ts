import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Backend } from './backend.ts'
import type { Disks } from './disks.ts'
import { removeIfThere } from './disks.ts'
import { MachineError } from './errors.ts'
import { nameMachine, prepareBoot, publicHostKeyOf } from './first-boot.ts'
import { loadMachine, type Machine, type Runner, saveMachine } from './machine.ts'
import { type OneAtATime, oneAtATime } from './one-at-a-time.ts'

type Nature = Pick<Backend, 'name' | 'isolation' | 'effects'>

/** Machines whose disks are folders: records, disks, snapshots and volumes here, once; running them is the runner's. */
export function folderBackend(nature: Nature, disks: Disks, runner: Runner, log: (line: string) => void): Backend {
  const machines = new Map<number, Machine>()
  const inTurn: OneAtATime = oneAtATime()

  const get = (id: number): Machine => {
    const machine = machines.get(id)
    if (!machine) throw new MachineError('missing', `There is no machine ${id}.`)
    return machine
  }
  const change = async (id: number, part: Partial<Machine>): Promise<Machine> => {
    const machine = Object.assign(get(id), part)
    await saveMachine(disks, machine)
    return machine
  }
  const fill = async (machine: Machine, source: Machine['spec']['disk']) => {
    const { id } = machine.spec
    if ('snapshot' in source) await disks.fromSnapshot(id, source.snapshot)
    else await runner.furnish(await disks.fresh(id), machine)
  }
  const powerOn = async (id: number) => {
    const machine = get(id)
    if (runner.isOn(id)) return
    await prepareBoot(disks.disk(id), machine.spec)
    await runner.start(
      machine,
      disks.disk(id),
      await Promise.all(machine.volumes.map((volume) => disks.volume(volume))),
    )
  }
  const destroy = async (id: number) => {
    const machine = machines.get(id)
    if (machine) await runner.stop(machine, { graceful: false })
    await runner.forget(id)
    machines.delete(id)
    await disks.erase(disks.machineFolder(id))
  }
  /** While a disk is copied its machine stands still, so that the copy is of one moment. */
  const still = async <T>(ids: readonly number[], copy: () => Promise<T>): Promise<T> => {
    const running = ids.filter((id) => runner.isOn(id))
    for (const id of running) await runner.freeze(id, true)
    return copy().finally(() => Promise.all(running.map((id) => runner.freeze(id, false))))
  }

  return {
    ...nature,
    create: (spec) =>
      inTurn(spec.id, async () => {
        if (machines.has(spec.id)) return
        const machine: Machine = { spec, volumes: [] }
        await fill(machine, spec.disk)
        await saveMachine(disks, machine)
        machines.set(spec.id, machine)
        await runner.apply(machine, disks.disk(spec.id))
      }),
    powerOn: (id) => inTurn(id, () => powerOn(id)),
    powerOff: (id, options) => inTurn(id, () => runner.stop(get(id), options)),
    destroy: (id) => inTurn(id, () => destroy(id)),
    snapshot: (id, snapshotId) => inTurn(id, () => still([get(id).spec.id], () => disks.snapshot(id, snapshotId))),
    replaceDisk: (id, source) =>
      inTurn(id, async () => {
        await runner.stop(get(id), { graceful: true })
        await fill(get(id), source)
      }),
    deleteSnapshot: disks.deleteSnapshot,
    resize: (id, size) =>
      inTurn(id, async () => runner.apply(await change(id, { spec: { ...get(id).spec, size } }), disks.disk(id))),
    rename: (id, name) =>
      inTurn(id, async () => {
        const machine = await change(id, { spec: { ...get(id).spec, name } })
        await nameMachine(disks.disk(id), machine.spec)
        await runner.apply(machine, disks.disk(id))
      }),
    createVolume: (volume) => inTurn(volume.id, () => disks.createVolume(volume)),
    attachVolume: (id, volumeId) =>
      inTurn(id, async () => {
        const volume = await disks.volume(volumeId)
        const holder = [...machines.values()].find(({ volumes }) => volumes.includes(volumeId))
        if (holder && holder.spec.id !== id)
          throw new MachineError('busy', `Volume ${volume.name} is attached to ${holder.spec.name}.`)
        if (!holder) await change(id, { volumes: [...get(id).volumes, volumeId] })
        if (runner.isOn(id)) await runner.mount(get(id), disks.disk(id), volume)
      }),
    detachVolume: (id, volumeId) =>
      inTurn(id, async () => {
        const { volumes } = get(id)
        if (!volumes.includes(volumeId)) return
        await runner.unmount(get(id), disks.disk(id), await disks.volume(volumeId))
        await change(id, { volumes: volumes.filter((other) => other !== volumeId) })
      }),
    deleteVolume: (volumeId) => inTurn(volumeId, () => disks.erase(disks.volumeFolder(volumeId))),
    snapshotVolume: (volumeId, snapshotId) => {
      const holders = [...machines.values()].filter(({ volumes }) => volumes.includes(volumeId))
      const ids = holders.map(({ spec }) => spec.id)
      return still(ids, () => disks.snapshotVolume(volumeId, snapshotId))
    },
    setFirewall: (id, firewall) => inTurn(id, async () => runner.apply(await change(id, { firewall }), disks.disk(id))),
    setFault: (id, fault) => inTurn(id, () => runner.fault(get(id), fault)),
    hostKey: async (id) => (machines.has(id) ? publicHostKeyOf(disks.disk(id)) : undefined),
    state: async (id) => (machines.has(id) ? (runner.isOn(id) ? 'active' : 'off') : 'missing'),
    async recover(known) {
      await runner.sweep()
      for (const { spec } of known) {
        const kept = await loadMachine(disks, spec.id)
        machines.set(spec.id, { volumes: kept?.volumes ?? [], firewall: kept?.firewall, spec })
      }
      await eraseUnknown(disks, machines)
      const takeUp = async ({ spec: { id, name }, on }: (typeof known)[number]) => {
        try {
          await inTurn(id, () => (on ? powerOn(id) : runner.apply(get(id), disks.disk(id))))
        } catch (error) {
          // What a machine has done to its own disk must not keep the others from starting.
          log(`${name} does not start: ${(error as Error).message}`)
        }
      }
      await Promise.all(known.map(takeUp))
    },
    close: () => runner.close(),
  }
}

/** Disks that no record speaks of: their machine was deleted, or its creation never finished. */
async function eraseUnknown(disks: Disks, machines: ReadonlyMap<number, Machine>): Promise<void> {
  const folder = dirname(disks.machineFolder(0))
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.endsWith('.erased')) await disks.erase(join(folder, name)).then(() => removeIfThere(join(folder, name)))
    else if (!machines.has(Number(name))) await disks.erase(join(folder, name))
  }
}
