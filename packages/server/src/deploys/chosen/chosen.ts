import type { DeployWish } from '@atlas/api'
import type { Cluster, DeployInput, Front, PortRange, ProxyName, Service, Source } from '@atlas/deploy'
import type { EnvironmentRecord } from '@atlas/store'
import type { DeployParts } from '../plan.ts'

/** What is to be deployed, whichever way it was asked for. */
export interface Chosen {
  infrastructure: string
  release: DeployInput['release']
  services: Service[]
  domain?: NonNullable<DeployInput['domain']>
  builder?: string
  registry?: NonNullable<DeployInput['registry']>
  front?: Front
  proxy?: ProxyName
  /** Names, by service. */
  balancers?: Record<string, string>
  portRange: PortRange
  keepReleases: number
  /** Also where it serves already. */
  again?: boolean
  /** Instead of machines. */
  cluster?: Cluster
}

interface ChooseParts extends Pick<DeployParts, 'store'> {
  /** Of the project. */
  source: Source
}

export type Choose = (
  parts: ChooseParts,
  workspace: string,
  wish: DeployWish,
  there: EnvironmentRecord | undefined,
) => Promise<Chosen>
