import type { Observed, ResourceDriver } from '../driver.ts'
import type { Infrastructure } from '../spec/infrastructure.ts'
import type { ResourceType } from '../spec/types.ts'
import type { Owned, Plan } from './types.ts'

/** What planning asks of a driver: its pure parts. */
export type PlanningDriver = Pick<ResourceDriver, 'diff' | 'price' | 'attributes' | 'holdsData'>

export interface PlanInput {
  kind: Plan['kind']
  /** For a rollback: the operation it undoes. */
  undoes?: string
  workspace: string
  account: string
  revision: number
  /**
   * What is to be, found valid and its needs resolved. For a rollback the description before the operation, for a repair
   * the one last applied. For a destroy its resources do not count.
   */
  description: Infrastructure
  /** Where the owned resources are, if any: neither provider nor region of something that exists can change. */
  livesIn?: { provider: string; region: string }
  /** For an import: names of what is to become ours. It stands among `owned` and `observed` as if it were already. */
  adopts?: ReadonlySet<string>
  /** Names of what is not deleted where it is not wanted, but left in the cloud as nobody's. */
  releases?: ReadonlySet<string>
  /** What a reader should know of what was read to make it. */
  notes?: readonly string[]
  /** What Atlas remembers as its own. */
  owned: readonly Owned[]
  /** Live state by `physicalId`. What is owned and not in here is gone: ask by id before leaving it out. */
  observed: ReadonlyMap<string, Observed>
  drivers: { readonly [T in ResourceType]?: PlanningDriver }
  /** ISO date of the catalogue that the drivers' prices come from. */
  catalogueDate: string
}
