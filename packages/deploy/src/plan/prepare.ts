import { type Draft, type Lane, laneName, short } from './draft.ts'
import type { Address, DeployInput, DeploymentSpec, Machine, Service } from './input.ts'
import { isChanged, runsAlready } from './running.ts'
import { portOf } from './site.ts'

/** A machine, and the steps before which nothing is done on it. */
export interface Ready extends Machine<Address> {
  after: number[]
  /** It has just started, and may not answer yet. */
  fresh?: boolean
}

const builderOf = ({ builder, webs }: DeployInput) => builder ?? webs[0]!.name

/** Images of what has none yet, each built once for all machines. */
export function builds(draft: Draft, input: DeployInput, spec: DeploymentSpec, source: number): number[] {
  const starts = ({ name }: Service) => input.webs.some((machine) => !runsAlready(input, spec, { name }, machine))
  const machine = builderOf(input)
  return input.services
    .filter((service) => service.containerfile !== undefined && service.image === undefined && starts(service))
    .map((service) =>
      draft('build', 'release', 'prepare', `${input.project}/${service.name}@${machine}`, [source], {
        reason: `${service.containerfile} of ${short(input)} is built once, and every machine runs that image`,
        specifications: { machine, service, source: input.release.source, registry: spec.registry },
      }),
    )
}

/** Where an image may be found: where it was built, and where it runs. */
function elsewhereOf({ serving, before = [] }: Lane, { builder, machines }: DeploymentSpec, own: string): string[] {
  const all = new Set([...(builder ? [builder] : []), ...before, ...(serving?.spec.machines ?? []), ...machines])
  return [...all].filter((name) => name !== own)
}

/** On one machine, up to healthy. Returns what must be done before traffic moves. */
export function begin(
  draft: Draft,
  input: Lane & { master: Pick<Machine, 'name'> },
  spec: DeploymentSpec,
  machine: Ready,
): number[] {
  const at = { machine: machine.name, address: machine.address, fresh: machine.fresh }
  const { commit, url } = input.release.source
  const services = input.services.filter((service) => !runsAlready(input, spec, service, machine))
  if (services.length === 0) return machine.after
  const delivered = new Map<string, number>()
  // On a new machine, a service that stays elsewhere starts from the release that it runs from there.
  for (const release of new Set(services.map(({ name }) => spec.running[name]!.release)))
    delivered.set(
      release,
      draft('deliver', 'release', 'prepare', `${laneName(input)}@${machine.name}`, machine.after, {
        reason: `${release} is to run on ${machine.name}`,
        specifications: {
          ...at,
          release,
          source: { url, commit },
          services: services.filter(({ name }) => spec.running[name]!.release === release),
          elsewhere: elsewhereOf(input, spec, machine.name),
          registry: spec.registry,
        },
      }),
    )
  return services.map((service) => {
    const resource = `${laneName(input)}/${service.name}@${machine.name}`
    const { slot, release } = spec.running[service.name]!
    const instance = { ...at, service, release, slot, port: portOf(spec, service) }
    const started = draft('start', 'service', 'prepare', resource, [delivered.get(release)!], {
      reason: startingOf(input, instance.port),
      specifications: instance,
    })
    return draft('probe', 'service', 'prepare', resource, [started], {
      reason: `traffic moves only when ${service.health.path} answers`,
      specifications: { ...instance, master: input.master.name },
    })
  })
}

function startingOf({ kind, cluster }: Lane, port: number): string {
  const beside = kind === 'place' ? [] : ['beside what runs now']
  return [...beside, ...(cluster ? [] : [`on port ${port}`])].join(', ')
}

/**
 * One after the other, so that two services may change the same database. A way back runs none: what was made for a later
 * release is not unmade by the command of an earlier one, and most tools refuse to try. Where only secrets are renewed, it
 * has run already.
 */
export function releaseCommands(draft: Draft, input: DeployInput, spec: DeploymentSpec, healthy: number[]): number[] {
  if (input.kind === 'rollback' || input.kind === 'redeploy') return healthy
  const [machine] = input.webs
  let before = healthy
  for (const service of input.services) {
    if (!service.release || !isChanged(input, spec, service)) continue
    const resource = `${laneName(input)}/${service.name}@${machine!.name}`
    const done = draft('once', 'service', 'prepare', resource, before, {
      reason: `"${service.release.command}" runs once before traffic moves`,
      specifications: { machine: machine!.name, service },
    })
    before = [done]
  }
  return before
}
