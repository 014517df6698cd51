import type { Peer } from '../peer.ts'
import { vitestTests } from '../vitest.ts'
import { buildPrograms } from './programs.ts'

/** etcd, kube-apiserver and kube-controller-manager, which Atlas deploys to. */
export const kubernetes: Peer = {
  name: 'kubernetes',
  async prepare(print) {
    const programs = await buildPrograms(print)
    if ('unavailable' in programs) return programs
    const version = `${programs.apiServer}, with etcd`
    // `npx vitest run --project peers tests/peers/kubernetes` is the same, once the programs are built.
    return { version, alone: (report) => vitestTests(report, ['--project', 'peers', 'tests/peers/kubernetes']) }
  },
}
