import { join } from 'node:path'
import {
  type CertificateOf,
  type Clusters,
  deployPerformer,
  gitSource,
  type Machines,
  openClusters,
  openMachines,
  type Secrets,
  type Source,
} from '@atlas/deploy'
import type { Performer } from '@atlas/engine'
import type { Store } from '@atlas/store'
import type { SshDirectory } from '../control/ssh.ts'
import type { Sealer } from '../credentials/sealer.ts'
import { certificateFrom } from './certificates/certificate-of.ts'
import { machineIn, reachMachine } from './machines.ts'

export interface Deploying {
  source: Source
  secrets: Secrets
  machines: Machines
  clusters: Clusters
  certificateOf: CertificateOf
  performer: Performer
  close(): Promise<void>
}

interface Parts {
  store: Pick<Store, 'infrastructure' | 'certificates'>
  sealer: Pick<Sealer, 'open'>
  dataDir: string
  ssh: SshDirectory | undefined
  secrets: Secrets
  /** Where this server's own kubeconfig is told. */
  env: NodeJS.ProcessEnv
}

/** What plans of deploys and those who carry them out share. */
export function openDeploying({ store, sealer, dataDir, ssh, secrets, env }: Parts): Deploying {
  const source = gitSource(join(dataDir, 'repositories'))
  const machines = openMachines((place) => reachMachine({ store, dataDir, ssh }, place), join(dataDir, 'builder'))
  const clusters = openClusters(secrets, env)
  const certificateOf = certificateFrom(secrets, store, sealer)
  const performer = deployPerformer({
    source,
    secrets,
    machines,
    clusters,
    certificateOf,
    addressOf: async ({ workspace, infrastructure, machine }) =>
      machineIn(await store.infrastructure(workspace, infrastructure), machine)?.address,
  })
  return { source, secrets, machines, clusters, certificateOf, performer, close: machines.close }
}
