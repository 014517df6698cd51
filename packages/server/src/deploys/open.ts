import { join } from 'node:path'
import {
  type CertificateOf,
  type Clusters,
  deployPerformer,
  gitSources,
  type Machines,
  openClusters,
  openMachines,
  type Secrets,
  type Sources,
} from '@atlas/deploy'
import type { Performer } from '@atlas/engine'
import type { Store } from '@atlas/store'
import type { SshDirectory } from '../control/ssh.ts'
import { certificateFrom } from './certificates/certificate-of.ts'
import { type OpenKeyParts, openKeys } from './deploy-keys.ts'
import { machineIn, reachMachine } from './machines.ts'

export interface Deploying {
  sources: Sources
  secrets: Secrets
  machines: Machines
  clusters: Clusters
  certificateOf: CertificateOf
  performer: Performer
  close(): Promise<void>
}

interface Parts {
  store: Pick<Store, 'infrastructure' | 'certificates' | 'deployKeys'>
  credentials: OpenKeyParts['credentials']
  dataDir: string
  ssh: SshDirectory | undefined
  secrets: Secrets
  /** Where this server's own kubeconfig is told. */
  env: NodeJS.ProcessEnv
}

/** Mirrors of repositories, and what was sent of working trees. */
export const repositoriesIn = (dataDir: string): string => join(dataDir, 'repositories')

/** What plans of deploys and those who carry them out share. */
export function openDeploying({ store, credentials, dataDir, ssh, secrets, env }: Parts): Deploying {
  const sources = gitSources(repositoriesIn(dataDir), openKeys({ store, credentials }))
  const machines = openMachines((place) => reachMachine({ store, dataDir, ssh }, place), join(dataDir, 'builder'))
  const clusters = openClusters(secrets, env)
  const certificateOf = certificateFrom(secrets, store, credentials.sealer)
  const performer = deployPerformer({
    sources,
    secrets,
    machines,
    clusters,
    certificateOf,
    machineOf: async ({ workspace, infrastructure, machine }) =>
      machineIn(await store.infrastructure(workspace, infrastructure), machine),
  })
  return { sources, secrets, machines, clusters, certificateOf, performer, close: machines.close }
}
