import { laneOf } from '../names.ts'
import type { Running } from '../platforms/platform.ts'
import { again, type Finding } from './finding.ts'
import type { MachineSight } from './look.ts'
import type { Records, Served } from './records.ts'

/** What runs on a machine, against what is to. */
export function instancesOn(machine: string, { running }: MachineSight, { served, changing }: Records): Finding[] {
  const expected = served.filter(({ spec }) => spec.machines.includes(machine))
  const known = new Map(expected.map((one) => [laneOf(one.project, one.environment), one]))
  return [
    ...expected.flatMap((one) => missing(machine, one, running.get(laneOf(one.project, one.environment)) ?? [])),
    ...[...running].flatMap(([lane, found]) =>
      changing.has(lane) ? [] : found.flatMap((one) => stray(machine, lane, known.get(lane), one)),
    ),
  ]
}

function missing(machine: string, served: Served, running: readonly Running[]): Finding[] {
  const { project, environment, spec } = served
  return spec.services.flatMap(({ name }): Finding[] => {
    const { slot, release } = spec.running[name]!
    const found = running.find((one) => one.service === name && one.slot === slot)
    const place = {
      where: `${project} ${environment} ${name} on ${machine}`,
      expected: `${release} runs in slot ${slot}`,
      hint: again(served),
    }
    if (!found) return [{ code: 'instance_missing', found: 'nothing of it', ...place }]
    if (found.release !== release) return [{ code: 'instance_differs', found: `${found.release} runs there`, ...place }]
    if (found.alive) return []
    const logs = `atlas ssh ${machine} -- tail /var/log/atlas/${laneOf(project, environment)}.${slot}-${name}.log`
    return [{ code: 'instance_stopped', found: 'it has ended', ...place, hint: logs }]
  })
}

function stray(machine: string, lane: string, served: Served | undefined, running: Running): Finding[] {
  const { service, slot, release } = running
  const wanted = served?.spec.running[service]
  if (wanted?.slot === slot) return []
  const [project, environment] = lane.split('.') as [string, string]
  const folder = `/var/lib/atlas/lanes/${lane}/run/${slot}-${service}`
  return [
    {
      code: 'instance_stray',
      where: `${project} ${environment} ${service} on ${machine}`,
      found: `${release} runs in slot ${slot}`,
      expected: wanted ? `only ${wanted.release} in slot ${wanted.slot}` : 'nothing of it: no record says so',
      hint: served ? again(served) : `atlas ssh ${machine} -- sh -c 'kill $(cat ${folder}/pid)'`,
    },
  ]
}
