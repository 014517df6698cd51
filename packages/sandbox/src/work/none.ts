import type { Backend } from '../machines/backend.ts'

/** Records only: for tests of scale and of clients. */
export function noMachines(): Backend {
  const done = async () => {}
  return {
    name: 'none',
    isolation: 'no machine runs: droplets are records only',
    effects: { ssh: false, firewall: false, privateNetwork: false, ownPorts: false, cpuAndMemoryLimits: false },
    create: done,
    powerOn: done,
    powerOff: done,
    destroy: done,
    snapshot: async () => ({ bytes: 2.4e9 }),
    replaceDisk: done,
    deleteSnapshot: done,
    resize: done,
    rename: done,
    createVolume: done,
    attachVolume: done,
    detachVolume: done,
    deleteVolume: done,
    snapshotVolume: async () => ({ bytes: 1e9 }),
    setFirewall: done,
    setFault: done,
    state: async () => 'active',
    recover: done,
    close: done,
  }
}
