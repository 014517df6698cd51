import { canonical, hashOf, type Json, type JsonObject, type Plan } from '@atlas/core'
import { assignPorts } from '../ports.ts'
import type { DeployInput, DeploymentSpec } from './input.ts'
import { workOf } from './work.ts'

/**
 * The exact steps that put a release into an environment. Pure: the same input gives the same plan and hash. A release
 * that serves already, in the same way and on the same machines, needs none.
 * @throws AtlasError `ports_exhausted`
 */
export function planDeploy(input: DeployInput): Plan {
  const { kind, workspace, infrastructure, project, environment, release, serving, environmentVersion } = input
  const { name, provider, account, region, price } = infrastructure
  const spec = specOf(input)
  const work = isServing(input, spec) ? [] : workOf(input, spec)
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
      environmentVersion,
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
  const { project, environment, services, domain, master, webs, assigned, portRange, serving } = input
  const wanted = services.map(({ name, port }) => ({ project, environment, service: name, port }))
  return {
    slot: serving?.spec.slot === 'a' ? 'b' : 'a',
    services,
    ...(domain && { domain }),
    master: master.name,
    machines: webs.map(({ name }) => name),
    ids: Object.fromEntries([master, ...webs].map(({ name, id }) => [name, id])),
    ports: assignPorts(wanted, assigned, portRange),
  }
}

/** Which of its two ports it has is no difference. */
function isServing({ serving, release, environmentVersion }: DeployInput, spec: DeploymentSpec): boolean {
  if (!serving || serving.commit !== release.source.commit) return false
  const same = (one: DeploymentSpec, other: DeploymentSpec) =>
    canonical({ ...one, slot: 'a' } as unknown as Json) === canonical({ ...other, slot: 'a' } as unknown as Json)
  return serving.environmentVersion === environmentVersion && same(serving.spec, spec)
}
