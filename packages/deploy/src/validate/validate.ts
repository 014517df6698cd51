import { laneOf } from '../names.ts'
import { balancersOf } from './balancers.ts'
import { again, type Finding } from './finding.ts'
import { instancesOn } from './instances.ts'
import type { Records, Served, Sights } from './records.ts'
import { routesOn } from './routes.ts'
import { takenPorts } from './taken-ports.ts'

/** Holds records, machines and load balancers against each other. Pure. */
export function validate(records: Records, sights: Sights): Finding[] {
  const judged = {
    ...records,
    served: records.served.filter((one) => !records.changing.has(laneOf(one.project, one.environment))),
  }
  return [
    ...judged.served.flatMap((one) => [...assignments(one, judged), ...balancersOf(one, judged)]),
    ...[...sights].flatMap(([machine, sight]) =>
      sight instanceof Error
        ? [silent(machine, sight, judged)]
        : [
            ...instancesOn(machine, sight, judged),
            ...takenPorts(machine, sight, judged),
            ...routesOn(machine, sight, judged),
          ],
    ),
  ]
}

/** Machines that a record names and that are not there, or were made anew since: those have nothing. */
function assignments(served: Served, { infrastructure, machines }: Records): Finding[] {
  const { project, environment, release, spec } = served
  return [...new Set([spec.master, ...spec.machines])].flatMap((name): Finding[] => {
    const machine = machines.find((one) => one.name === name)
    const where = `${project} ${environment} on ${name}`
    const expected = `machine ${name} with id ${spec.ids[name]}, to which ${release} was deployed`
    if (!machine)
      return [
        {
          code: 'machine_missing',
          where,
          found: `no machine ${name}`,
          expected,
          hint: `atlas repair ${infrastructure}`,
        },
      ]
    if (machine.id === spec.ids[name]) return []
    return [
      { code: 'machine_replaced', where, found: `another machine, id ${machine.id}`, expected, hint: again(served) },
    ]
  })
}

const silent = (machine: string, error: Error, { infrastructure }: Records): Finding => ({
  code: 'machine_silent',
  where: machine,
  found: error.message,
  expected: 'an answer by SSH',
  hint: `atlas ssh ${machine} -- uptime, or atlas drift ${infrastructure} --now`,
})
