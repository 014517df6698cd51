import type { Blueprint } from './blueprint.ts'
import { fleet } from './fleet.ts'

export type { Blueprint } from './blueprint.ts'
export { type FleetOptions, fleet } from './fleet.ts'
export { type Placement, placements } from './placement.ts'
export { type Project, readProjects } from './projects.ts'
export { type Scaled, scaleProject } from './servers.ts'

/** Every blueprint. A new one is a file beside this and a line here. */
export const blueprints: readonly Blueprint[] = [fleet]
