import { canonical, hashOf, type Json, type JsonObject, type Plan } from '@atlas/core'
import { assignPorts, defaultPorts } from '../ports.ts'
import { environmentVersionOf } from '../secrets.ts'
import type { DeployInput, DeploymentSpec } from './input.ts'
import { runningOf, withImages } from './running.ts'
import { workOf } from './work.ts'

/**
 * The exact steps that put a release into an environment. Pure: the same input gives the same plan and hash. Services of
 * which nothing changed go on as they are; where nothing changed at all, there is no step. Unless it is asked for again: then
 * all of them start anew.
 * @throws AtlasError `ports_exhausted`
 */
export function planDeploy(asked: DeployInput): Plan {
  const input = { ...asked, services: withImages(asked) }
  const { kind, workspace, infrastructure, project, environment, release, serving } = input
  const { name, provider, account, region, price } = infrastructure
  const spec = specOf(input)
  const work = isServing(serving?.spec, spec) ? [] : workOf(input, spec)
  const unhashed: Omit<Plan, 'hash'> = {
    format: 1,
    workspace,
    infrastructure: name,
    provider,
    account,
    region,
    kind: 'deploy',
    deployment: {
      kind,
      project,
      environment,
      release: release.tag,
      from: serving?.release ?? null,
      version: release.version,
      source: release.source,
      environmentVersion: environmentVersionOf(input),
      spec: spec as unknown as JsonObject,
    },
    revision: input.revision,
    description: {},
    resources: [],
    steps: [],
    work,
    price,
    consentNeeded: [],
    warnings: input.warnings ?? [],
  }
  return { ...unhashed, hash: hashOf(unhashed) }
}

function specOf(input: DeployInput): DeploymentSpec {
  const { project, environment, services, domain, front, proxy, master, builder, registry, webs, cluster, portRange } =
    input
  const balancers = Object.entries(input.balancers ?? {})
  const wanted = services.map(({ name, port }) => ({ project, environment, service: name, port }))
  return {
    services,
    running: runningOf(input),
    ...(domain && { domain }),
    ...(front && { front }),
    master: master.name,
    ...(proxy && { proxy }),
    ...(input.balancers && { balancers: Object.fromEntries(balancers.map(([service, { name }]) => [service, name])) }),
    ...(builder !== undefined && { builder }),
    ...(registry && { registry }),
    machines: webs.map(({ name }) => name),
    ids: Object.fromEntries([master, ...webs, ...balancers.map(([, one]) => one)].map(({ name, id }) => [name, id])),
    // Each pod has an address of its own.
    ports: cluster ? [] : assignPorts(wanted, input.assigned, portRange),
    ...(!cluster && canonical({ ...portRange }) !== canonical({ ...defaultPorts }) && { portRange }),
    ...(cluster && { cluster }),
  }
}

const isServing = (serving: DeploymentSpec | undefined, wanted: DeploymentSpec): boolean =>
  serving !== undefined && canonical(serving as unknown as Json) === canonical(wanted as unknown as Json)
