import { join } from 'node:path'
import { deployPerformer, gitSource, type Machines, openMachines, type Secrets, type Source } from '@atlas/deploy'
import type { Performer } from '@atlas/engine'
import type { Store } from '@atlas/store'
import type { SshDirectory } from '../control/ssh.ts'
import { machineIn, reachMachine } from './machines.ts'

export interface Deploying {
  source: Source
  secrets: Secrets
  machines: Machines
  performer: Performer
  close(): Promise<void>
}

interface Parts {
  store: Pick<Store, 'infrastructure'>
  dataDir: string
  ssh: SshDirectory | undefined
  secrets: Secrets
}

/** What plans of deploys and those who carry them out share. */
export function openDeploying({ store, dataDir, ssh, secrets }: Parts): Deploying {
  const source = gitSource(join(dataDir, 'repositories'))
  const machines = openMachines((place) => reachMachine({ store, dataDir, ssh }, place))
  const performer = deployPerformer({
    source,
    secrets,
    machines,
    addressOf: async ({ workspace, infrastructure, machine }) =>
      machineIn(await store.infrastructure(workspace, infrastructure), machine)?.address,
  })
  return { source, secrets, machines, performer, close: machines.close }
}
