import type { Backend } from './backend.ts'

/** As large as the images are: what a copy of a disk costs is part of the records. */
const freshSystem = 2.4e9

/** Records only: every call succeeds at once. For tests of scale, where no machine is ever entered. */
export function noneBackend(): Backend {
  const on = new Map<number, boolean>()
  const nothing = async () => {}
  return {
    name: 'none',
    isolation: 'No machine really runs: droplets are records only, nothing answers at their addresses.',
    effects: { ssh: false, firewall: false, privateNetwork: false, ownPorts: false, cpuAndMemoryLimits: false },
    create: async ({ id }) => void (on.has(id) || on.set(id, false)),
    powerOn: async (id) => void on.set(id, true),
    powerOff: async (id) => void on.set(id, false),
    destroy: async (id) => void on.delete(id),
    snapshot: async () => ({ bytes: freshSystem }),
    replaceDisk: async (id) => void on.set(id, false),
    deleteSnapshot: nothing,
    resize: nothing,
    rename: nothing,
    createVolume: nothing,
    attachVolume: nothing,
    detachVolume: nothing,
    deleteVolume: nothing,
    snapshotVolume: async () => ({ bytes: freshSystem }),
    setFirewall: nothing,
    setFault: async (id, fault) => void (fault?.kind === 'crash' && on.set(id, false)),
    hostKey: async () => undefined,
    state: async (id) => (on.has(id) ? (on.get(id) ? 'active' : 'off') : 'missing'),
    recover: async (machines) => {
      on.clear()
      for (const { spec, on: running } of machines) on.set(spec.id, running)
    },
    close: nothing,
  }
}
