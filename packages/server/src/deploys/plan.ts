import type { DeployWish } from '@atlas/api'
import { placements } from '@atlas/blueprints'
import { AtlasError, estimate, type JsonObject, type Plan } from '@atlas/core'
import {
  type DeployInput,
  type DeploymentSpec,
  type Machine,
  type PortAssignment,
  planDeploy,
  type Secrets,
  type Service,
  type Serving,
  type Source,
  secretNames,
} from '@atlas/deploy'
import type { DeploymentRecord, EnvironmentRecord, InfrastructureRecord, Store } from '@atlas/store'
import { described } from '../control/plan.ts'
import { again, checkPlace, goBack, planNew, promote } from './choose.ts'
import { machineIn } from './machines.ts'

export interface DeployParts {
  store: Pick<Store, 'deploys' | 'infrastructure' | 'recall'>
  source: Source
  secrets: Secrets
}

/**
 * The exact steps of a deploy, from what is configured, in the repository and on record. Reads only.
 * @throws AtlasError `config_invalid`, `deploy_impossible`, `source_unavailable`, `not_found`, `ports_exhausted`,
 * `secret_missing`, `secret_unavailable`
 */
export async function planDeployment(parts: DeployParts, workspace: string, wish: DeployWish): Promise<Plan> {
  const { store } = parts
  const place = checkPlace(wish)
  const there = await store.deploys.environment(workspace, place.project, place.environment)
  const chosen = await { deploy: planNew, promote, rollback: goBack, redeploy: again }[wish.kind](
    parts,
    workspace,
    wish,
    there,
  )
  const infrastructure = await readInfrastructure(store, workspace, chosen.infrastructure)
  const machines = machinesOf(infrastructure, place.project)
  const versions = await secretVersions(parts.secrets, { workspace, ...place }, chosen.services)
  const serving = there?.serving && servingOf(there.serving)
  return planDeploy({
    kind: wish.kind,
    workspace,
    infrastructure: { ...infrastructure.record, price: infrastructure.price },
    ...place,
    revision: there?.revision ?? 0,
    release: chosen.release,
    services: chosen.services,
    ...(chosen.domain && { domain: chosen.domain }),
    ...(chosen.builder !== undefined && { builder: chosen.builder }),
    secretVersions: Object.fromEntries([...versions].map(([name, { version }]) => [name, version])),
    ...(chosen.again && { again: true }),
    ...machines,
    assigned: (await store.deploys.ports(infrastructure.record.id)) as unknown as PortAssignment[],
    portRange: chosen.portRange,
    serving: serving && isThere(serving, machines) ? serving : undefined,
    keep: keptReleases(there, chosen.keepReleases),
  })
}

/** Where not one machine is the same, nothing serves any more, whatever is on record. */
const isThere = ({ spec }: Serving, { webs }: Pick<DeployInput, 'webs'>): boolean =>
  webs.some(({ name, id }) => spec.ids[name] === id)

export const specOf = ({ spec }: Pick<DeploymentRecord, 'spec'>) => spec as unknown as DeploymentSpec

const servingOf = ({ release, spec }: DeploymentRecord): Serving => ({
  release: release.tag,
  spec: specOf({ spec }),
})

/** Of those that served, the latest; what is being deployed is one more. */
export function keptReleases(there: EnvironmentRecord | undefined, count: number): string[] {
  const tags = new Set((there?.served ?? []).map(({ release }) => release.tag))
  return [...tags].slice(0, count - 1)
}

interface Here {
  record: InfrastructureRecord
  description: JsonObject
  price: Plan['price']
}

async function readInfrastructure(store: DeployParts['store'], workspace: string, name: string): Promise<Here> {
  const record = await store.infrastructure(workspace, name)
  const description = (await store.recall(workspace, record.name))?.description
  if (!description)
    throw new AtlasError('deploy_impossible', `${name} has never been brought about.`, { hint: 'atlas up' })
  const { monthly, catalogueDate, unpriced, transfer } = estimate(described(description))
  const { lines: _, ...included } = transfer
  const price: Plan['price'] = {
    currency: 'USD',
    before: monthly,
    after: monthly,
    change: 0,
    unpriced,
    catalogueDate,
    transfer: included,
  }
  return { record, description, price }
}

/** @throws AtlasError `deploy_impossible` naming what is missing */
function machinesOf({ record, description }: Here, project: string): Pick<DeployInput, 'master' | 'webs'> {
  const placement = placements(description)[project]
  const projects = Object.keys(placements(description))
  if (!placement)
    throw new AtlasError('deploy_impossible', `${record.name} has no machines for ${project}.`, {
      hint: `add ${project} to projects.csv and: atlas up  (it has machines for ${projects.join(', ') || 'no project'})`,
    })
  const { master, webs } = placement
  // A project of one server has its machine to itself: it is served from there.
  const names = webs.length > 0 ? webs : [master]
  const all = [...new Set([master || names[0]!, ...names])].map((name) => [name, machineIn(record, name)] as const)
  const missing = all.filter(([, machine]) => machine === undefined).map(([name]) => name)
  if (missing.length > 0)
    throw new AtlasError(
      'deploy_impossible',
      `${missing.join(', ')} of ${record.name} cannot be deployed to: no address.`,
      {
        problems: missing.map((name) => ({
          where: name,
          message: 'the machine is not there, or has no private address',
        })),
        hint: `atlas repair ${record.name}`,
      },
    )
  const found = new Map(all)
  const machine = (name: string): Machine => found.get(name)!
  return { master: machine(all[0]![0]), webs: names.map(machine) }
}

/** A missing secret stops the plan before anything is touched. @throws AtlasError `secret_missing` naming all of them */
export async function secretVersions(
  secrets: Secrets,
  place: { workspace: string; project: string; environment: string },
  services: readonly Service[],
) {
  const names = [...new Set(services.flatMap(({ secrets: own }) => own))]
  const found = await secrets.find(place, names)
  const missing = names.filter((name) => !found.has(name))
  if (missing.length === 0) return found
  const { project, environment } = place
  const own = missing.map((name) => secretNames(place, name)[0]!)
  throw new AtlasError(
    'secret_missing',
    `Secrets of ${project} have no value in ${environment}: ${missing.join(', ')}.`,
    {
      problems: missing.map((name) => ({
        where: name,
        message: `secret ${name} has no value in ${environment}`,
        expected: `one of ${secretNames(place, name).join(', ')}`,
      })),
      hint: `${own.map((variable) => `atlas secrets set ${variable}`).join(' && ')}; or start the Atlas server with ${own.join(', ')} in its environment`,
    },
  )
}
