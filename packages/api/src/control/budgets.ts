import type { Budget, Gate, Judged, Plan } from '@atlas/core'

/** How much a workspace, or what carries a tag in it, may cost. */
export interface BudgetsControl {
  /** By name, each with how it stands. */
  list(workspace: string): Promise<Judged[]>
  /** @throws AtlasError `not_found` */
  get(workspace: string, name: string): Promise<Judged>
  /** Makes it, or puts it in the place of the one of its name. */
  put(workspace: string, budget: Budget): Promise<Judged>
  /** @throws AtlasError `not_found` */
  remove(workspace: string, name: string): Promise<void>
  /** What they say to a plan. */
  gate(plan: Plan): Promise<Gate>
}
