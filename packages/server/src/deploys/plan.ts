import type { DeployWish } from '@atlas/api'
import { AtlasError, estimate, type JsonObject, type Plan } from '@atlas/core'
import {
  type Clusters,
  type PortAssignment,
  planDeploy,
  type Secrets,
  type Serving,
  type Sources,
  secretNames,
} from '@atlas/deploy'
import type { DeploymentRecord, EnvironmentRecord, InfrastructureRecord, Store } from '@atlas/store'
import { described } from '../control/described.ts'
import { balancersIn } from './balancers.ts'
import { checkedCertificate } from './certificates/checked.ts'
import type { Chosen } from './chosen/chosen.ts'
import { fromSource } from './chosen/from-source.ts'
import { again, goBack } from './chosen/on-record.ts'
import { promote } from './chosen/promote.ts'
import { secretsOfFront, versioned } from './front.ts'
import { checkPlace } from './named.ts'
import { pinnedImages } from './pinned.ts'
import { checkBuilder, checkProxy, clusterPlaces, leftBehind, machinePlaces, notInCluster } from './places.ts'
import { specOf } from './spec.ts'

export interface DeployParts {
  store: Pick<Store, 'deploys' | 'infrastructure' | 'recall'>
  sources: Sources
  secrets: Secrets
  clusters: Clusters
}

/**
 * The exact steps of a deploy, from what is configured, in the repository and on record. Reads only.
 * @throws AtlasError `config_invalid`, `deploy_impossible`, `source_unavailable`, `not_found`, `ports_exhausted`,
 * `secret_missing`, `secret_unavailable`, `registry_refused`, `registry_unreachable`
 */
export async function planDeployment(parts: DeployParts, workspace: string, wish: DeployWish): Promise<Plan> {
  const { store } = parts
  const place = checkPlace(wish)
  const there = await store.deploys.environment(workspace, place.project, place.environment)
  const source = parts.sources({ workspace, project: place.project })
  const choose = { deploy: fromSource, promote, rollback: goBack, redeploy: again }[wish.kind]
  const found = await choose({ store, source }, workspace, wish, there)
  const infrastructure = await readInfrastructure(store, workspace, found.infrastructure)
  const versions = await secretVersions(parts.secrets, { workspace, ...place }, found)
  const unfit = checkedCertificate(found, versions, { workspace, ...place })
  const chosen = wish.kind === 'deploy' ? await pinnedImages(parts.secrets, { workspace, ...place }, found) : found
  const { cluster } = chosen
  const { serves, ...places } = cluster
    ? await clusterPlaces(parts.clusters, cluster, { workspace, ...place })
    : machinePlaces(infrastructure, place.project)
  if (!cluster && wish.kind === 'deploy') checkBuilder(chosen, infrastructure.record)
  const served = await servedFrom(store, workspace, chosen.infrastructure)
  if (!cluster && !chosen.balancers) checkProxy(chosen, places, served)
  const isOther = (one: { project: string; environment: string }) =>
    one.project !== place.project || one.environment !== place.environment
  const balancers = balancersIn(infrastructure.record, chosen, served.filter(isOther))
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
    ...(chosen.proxy && { proxy: chosen.proxy }),
    ...(balancers && { balancers }),
    ...(chosen.registry && { registry: chosen.registry }),
    ...(chosen.front && { front: versioned(chosen.front, versions) }),
    secretVersions: Object.fromEntries([...versions].map(([name, { version }]) => [name, version])),
    ...(chosen.again && { again: true }),
    ...places,
    assigned: (await store.deploys.ports(infrastructure.record.id)) as unknown as PortAssignment[],
    portRange: chosen.portRange,
    serving: serving && serves(serving) ? serving : undefined,
    keep: keptReleases(there, chosen.keepReleases),
    warnings: [...unfit, ...(serving ? leftBehind(serving, places) : []), ...(cluster ? notInCluster(chosen) : [])],
  })
}

const servingOf = (deployment: DeploymentRecord): Serving => ({
  release: deployment.release.tag,
  spec: specOf(deployment),
})

const servedFrom = async (store: DeployParts['store'], workspace: string, infrastructure: string) =>
  (await store.deploys.environments(workspace)).flatMap(({ project, environment, serving, ...one }) =>
    serving && one.infrastructure === infrastructure ? [{ project, environment, spec: specOf(serving) }] : [],
  )

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

/** A missing secret stops the plan before anything is touched. @throws AtlasError `secret_missing` naming all of them */
export async function secretVersions(
  secrets: Secrets,
  place: { workspace: string; project: string; environment: string },
  { services, cluster, front, registry }: Pick<Chosen, 'services' | 'cluster' | 'front' | 'registry'>,
) {
  const needed = [
    cluster?.kubeconfig,
    registry?.secret,
    ...(cluster?.image_pull_secrets ?? []).map(({ secret }) => secret),
    ...secretsOfFront(front),
  ]
  const names = [
    ...new Set([...services.flatMap(({ secrets: own }) => own), ...needed.filter((one) => one !== undefined)]),
  ]
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
