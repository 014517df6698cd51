import { laneOf } from '../names.ts'
import type { PortAssignment } from '../ports.ts'
import type { Finding } from './finding.ts'
import type { Listener, MachineSight } from './look.ts'
import type { Records } from './records.ts'

/**
 * Ports that are assigned to a service, and that somebody else listens at. On its own machines only: elsewhere a port is
 * nobody's.
 */
export function takenPorts(machine: string, { listening, running }: MachineSight, records: Records): Finding[] {
  const { ports, served, changing } = records
  return ports.flatMap((port): Finding[] => {
    const { project, environment, service, slot } = port
    const lane = laneOf(project, environment as never)
    const owner = served.find((one) => one.project === project && one.environment === environment)
    if (!owner?.spec.machines.includes(machine) || changing.has(lane)) return []
    const other = listening.find((one) => one.port === port.port && !isOf(one, port, lane))
    const runs = (running.get(lane) ?? []).some((one) => one.service === service && one.slot === slot && one.alive)
    const isProcess = owner.spec.services.some(({ name, platform }) => name === service && platform === 'process')
    // What runs in containers listens through its runtime, whose process is not the instance's.
    if (!other || (runs && !isProcess)) return []
    return [
      {
        code: 'port_taken',
        where: `${machine}:${port.port}`,
        found: `${other.program}${other.pid === null ? '' : ` (process ${other.pid})`} listens there`,
        expected: `nobody but ${project} ${environment} ${service}, slot ${slot}`,
        hint: `atlas ssh ${machine} -- ${other.pid === null ? `ss -ltnp sport = :${port.port}` : `kill ${other.pid}`}`,
      },
    ]
  })
}

const isOf = ({ instance }: Listener, { slot, service }: PortAssignment, lane: string): boolean =>
  instance === `/var/lib/atlas/lanes/${lane}/run/${slot}-${service}`
