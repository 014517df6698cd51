import type { PlanRequest } from '@atlas/api'
import {
  AtlasError,
  type Infrastructure,
  type JsonObject,
  type Owned,
  type Plan,
  type PlanInput,
  type Provider,
  parseInfrastructure,
  plan,
} from '@atlas/core'
import { accountOf, refresh } from '@atlas/engine'
import type { Remembered, Store } from '@atlas/store'
import type { Connections } from '../credentials/connections.ts'
import { withPlacement } from '../deploys/placement.ts'
import { type DeployParts, planDeployment } from '../deploys/plan.ts'
import { catalogueFor, described } from './described.ts'
import { planImport } from './import.ts'
import { refuseOtherAccount } from './same-account.ts'
import { withAccountKeys } from './ssh-keys.ts'

export interface PlanParts extends Pick<DeployParts, 'sources' | 'secrets' | 'clusters'> {
  store: Pick<Store, 'recall' | 'which' | 'planOf' | 'holders' | 'deploys' | 'infrastructure'>
  connections: Pick<Connections, 'open'>
}

/**
 * The exact change that a request means, from what is remembered and what the cloud says now. Writes nothing.
 * @throws AtlasError `spec_invalid`, `not_found`, `account_mismatch`, `config_invalid`, or the cloud's refusal
 */
export async function planFor(parts: PlanParts, request: PlanRequest): Promise<Plan> {
  if (request.kind === 'import') return planImport(parts, request)
  if (request.kind === 'deploy') return planDeployment(parts, request.workspace, request.deploy)
  const { workspace, kind } = request
  const wish = await wishOf(parts, request)
  const { description, remembered } = wish
  const { driver } = await parts.connections.open({ workspace, provider: description.provider })
  const account = await accountOf(driver)
  refuseOtherAccount(description.name, remembered, account)
  const owned = remembered?.owned ?? []
  const planned = plan({
    kind,
    ...(wish.undoes === undefined ? {} : { undoes: wish.undoes }),
    ...(wish.releases && { releases: wish.releases }),
    ...(kind === 'release' && { notes: [stays] }),
    workspace,
    account,
    revision: remembered?.revision ?? 0,
    description: kind === 'apply' ? await withAccountKeys(driver, description, owned) : description,
    ...(remembered && { livesIn: remembered }),
    owned,
    observed: remembered ? await refresh(driver, remembered.owner, owned) : new Map(),
    drivers: driver.types,
    catalogueDate: catalogueFor(description.provider).date,
  })
  return kind === 'destroy' || kind === 'release' ? planned : withPlacement(parts, planned)
}

const stays = 'what is released stays in the cloud as it is, and is paid for as before'

interface Wish extends Pick<PlanInput, 'description' | 'undoes' | 'releases'> {
  /** What is known of the infrastructure; `undefined` of a new one. */
  remembered: Remembered | undefined
}

async function wishOf(
  { store }: PlanParts,
  request: Exclude<PlanRequest, { kind: 'import' | 'deploy' }>,
): Promise<Wish> {
  const { workspace } = request
  if (request.kind === 'apply') {
    const remembered = await store.recall(workspace, String(request.description.name))
    return { description: described(request.description, remembered?.owned), remembered }
  }
  if (request.kind === 'rollback') {
    const { plan: undone, descriptionBefore } = await store.planOf(workspace, request.operation)
    refuseToUndo(undone)
    const remembered = await store.recall(workspace, undone.infrastructure)
    return {
      releases: adoptedBy(undone, remembered?.owned ?? []),
      description: recalled(undone.infrastructure, undone, descriptionBefore),
      undoes: request.operation,
      remembered,
    }
  }
  const { name } = await store.which(workspace, request.infrastructure)
  const remembered = await store.recall(workspace, name)
  if (request.kind === 'destroy' || request.kind === 'release')
    return { description: recalled(name, remembered!, null), remembered }
  if (remembered?.description) return { description: recalled(name, remembered, remembered.description), remembered }
  throw new AtlasError('not_found', `${name} has never been brought about, so there is nothing to repair it to.`, {
    hint: 'apply its description again',
  })
}

/** What an import made ours was there before it: undoing it lets go of that, and deletes nothing. */
function adoptedBy({ steps }: Plan, owned: readonly Owned[]): ReadonlySet<string> {
  const adopted = new Set(steps.flatMap(({ action, target }) => (action === 'adopt' && target?.physicalId) || []))
  return new Set(owned.filter(({ physicalId }) => adopted.has(physicalId)).map(({ resource }) => resource))
}

/**
 * A deploy has no description before it: to undo it like a change of machines would delete them all.
 * @throws AtlasError `usage`, also where all that was released would be made a second time
 */
function refuseToUndo({ kind, infrastructure, deployment }: Plan): void {
  if (deployment)
    throw new AtlasError(
      'usage',
      `A deploy to ${deployment.environment} is undone by going back to a release before.`,
      {
        hint: `atlas rollback ${deployment.project} ${deployment.environment}`,
      },
    )
  if (kind !== 'release') return
  throw new AtlasError(
    'usage',
    `What ${infrastructure} was made of is still in the cloud: it was released, not deleted.`,
    {
      hint: 'Import it again: atlas import',
    },
  )
}

/**
 * What the store kept of a description that was found valid then; without one, the infrastructure with nothing in it. It is not
 * held against the catalogue: a size that is not sold any more still runs.
 */
function recalled(
  name: string,
  { provider, region }: Pick<Remembered, 'provider' | 'region'>,
  description: JsonObject | null,
): Infrastructure {
  if (description) return parseInfrastructure(description)
  return { name, provider: provider as Provider, region, resources: [], tags: {} }
}
