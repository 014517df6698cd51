import { AtlasError } from '@atlas/core'
import { number32 } from './names.ts'

export interface PortRange {
  base: number
  size: number
}

/** Where nothing is configured. */
export const defaultPorts: PortRange = { base: 8000, size: 1000 }

/** Whom a port is for. A service has two: the new release starts at one while the old still listens at the other. */
export interface PortHolder {
  project: string
  environment: string
  service: string
  slot: Slot
}
export const slots = ['a', 'b'] as const
export type Slot = (typeof slots)[number]

export interface PortAssignment extends PortHolder {
  port: number
  /** What the hash said; another number where somebody else had that already. */
  derived: number
}

/**
 * Requirement 2's `get_hash_based_port`: always the same port for the same project and environment, from `base` to
 * `base + range - 1`.
 */
export const hashBasedPort = (project: string, environment: string, base: number, range = 1000): number =>
  base + (number32(project, environment) % range)

/**
 * Ports for services of one environment. What was assigned stays; what is new gets its derived port or, where that is
 * taken, the next free one, counting on from the first after the last. `assigned` is what the whole infrastructure has:
 * a port means one service, on whatever machine.
 * @throws AtlasError `ports_exhausted`
 */
export function assignPorts(
  wanted: readonly { project: string; environment: string; service: string; port?: number | undefined }[],
  assigned: readonly PortAssignment[],
  range: PortRange,
): PortAssignment[] {
  const taken = new Set(assigned.map(({ port }) => port))
  return wanted.flatMap(({ port: first, ...whose }) =>
    slots.map((slot) => {
      const holder = { ...whose, slot }
      const had = assigned.find((one) => sameHolder(one, holder))
      if (had) return had
      const derived = derive(holder, first, range)
      const port = nextFree(derived, taken, range, holder)
      taken.add(port)
      return { ...holder, port, derived }
    }),
  )
}

const sameHolder = (one: PortHolder, other: PortHolder) =>
  one.project === other.project &&
  one.environment === other.environment &&
  one.service === other.service &&
  one.slot === other.slot

function derive(holder: PortHolder, first: number | undefined, { base, size }: PortRange): number {
  if (first !== undefined) return holder.slot === 'a' ? first : first + 1
  return hashBasedPort(holder.project, `${holder.environment}-${holder.service}-${holder.slot}`, base, size)
}

function nextFree(derived: number, taken: ReadonlySet<number>, { base, size }: PortRange, holder: PortHolder): number {
  if (!taken.has(derived)) return derived
  for (let step = 1; step <= size; step++) {
    const port = base + ((((derived - base + step) % size) + size) % size)
    if (!taken.has(port)) return port
  }
  const { project, environment, service } = holder
  throw new AtlasError('ports_exhausted', `All ${size} ports from ${base} are assigned; ${service} needs two.`, {
    problems: [{ message: `${project} ${environment} ${service} has no port`, found: `${taken.size} taken` }],
    hint: 'widen "port_range" in deployment_config.json',
  })
}
