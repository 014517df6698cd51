import type { ImportRequest, PlanRequest } from '@atlas/api'
import {
  AtlasError,
  type Driver,
  type Infrastructure,
  isAtlasError,
  neededBy,
  type Observed,
  type Owned,
  type Plan,
  type PlanInput,
  parseInfrastructure,
  plan,
  referring,
} from '@atlas/core'
import { accountOf, refresh } from '@atlas/engine'
import type { Remembered } from '@atlas/store'
import { catalogueFor } from './described.ts'
import { named, whyNot } from './importable.ts'
import type { PlanParts } from './plan.ts'
import { refuseOtherAccount } from './same-account.ts'

type Request = Extract<PlanRequest, { kind: 'import' }>

/**
 * What makes resources of the account ours: a plan of claims alone. Their description is read from the cloud, and the
 * plan refuses itself where anything would not stay as it is.
 * @throws AtlasError `spec_invalid`, `not_ours`, `not_found`, `account_mismatch`
 */
export const planImport = async (parts: PlanParts, request: Request): Promise<Plan> =>
  plan(await inputOf(parts, request))

/** The same with its proof: what the description that is kept would change once all is ours, which is nothing. */
export async function proveImport(parts: PlanParts, request: Request): Promise<{ plan: Plan; proof: Plan }> {
  const input = await inputOf(parts, request)
  const { notes: _, adopts: __, ...settled } = input
  return { plan: plan(input), proof: plan({ ...settled, kind: 'apply' }) }
}

/** A resource of the request with what the cloud says of it. */
interface Seen {
  name: string
  type: Owned['type']
  observed: Observed
}

async function inputOf(parts: PlanParts, asked: Request): Promise<PlanInput> {
  const request = { ...asked, infrastructure: await nameOf(parts, asked) }
  const { workspace, resources } = request
  const remembered = await parts.store.recall(workspace, request.infrastructure)
  const provider = request.provider ?? remembered?.provider ?? 'digitalocean'
  const { driver } = await parts.connections.open({ workspace, provider })
  const account = await accountOf(driver)
  refuseOtherAccount(request.infrastructure, remembered, account)
  const owned = remembered?.owned ?? []

  const seen = await readAll(driver, resources, remembered?.description ?? null)
  await refuseHeld(parts, driver, { request, account, seen, owned })
  const live = remembered ? await refresh(driver, remembered.owner, owned) : new Map<string, Observed>()
  const description = describe(driver, { request, remembered, seen, live, provider })
  const fresh = seen.filter(({ observed }) => !owned.some((one) => one.physicalId === observed.physicalId))
  return {
    kind: 'import',
    workspace,
    account,
    revision: remembered?.revision ?? 0,
    description,
    ...(remembered && { livesIn: remembered }),
    adopts: new Set(fresh.map(({ name }) => name)),
    notes: notesOf(driver, fresh),
    owned: [...owned, ...fresh.map((one) => asOwned(one, description))],
    observed: new Map([...live, ...fresh.map(({ observed }) => [observed.physicalId, observed] as const)]),
    drivers: driver.types,
    catalogueDate: catalogueFor(provider).date,
  }
}

/** Where there is one, it may be named by its id. */
async function nameOf({ store }: PlanParts, { workspace, infrastructure }: Request): Promise<string> {
  try {
    return (await store.which(workspace, infrastructure)).name
  } catch (error) {
    if (isAtlasError(error, 'not_found')) return infrastructure
    throw error
  }
}

/** @throws AtlasError `spec_invalid` with everything that is not there or has no type of this cloud */
async function readAll(driver: Driver, wanted: Request['resources'], before: Remembered['description']) {
  const read = await Promise.all(wanted.map((one) => readOne(driver, one)))
  const missing = read.flatMap((observed, n) =>
    observed ? [] : [{ where: `/resources/${n}/id`, message: 'is not in the account', found: wanted[n]!.id }],
  )
  if (missing.length > 0)
    throw new AtlasError('spec_invalid', `Not in the account: ${missing.map(({ found }) => found).join(', ')}.`, {
      problems: missing,
      hint: 'atlas import lists what could be imported.',
    })
  const described = (before?.resources ?? []) as { name: string }[]
  return named(
    wanted.map(({ type, name }, n) => ({ type, observed: read[n]!, name })),
    described.map(({ name }) => name),
  )
}

async function readOne(driver: Driver, { type, id }: ImportRequest): Promise<Observed | undefined> {
  const resource = driver.types[type]
  if (!resource) throw new AtlasError('spec_invalid', `${driver.provider} has no ${type}.`)
  try {
    return await resource.get(id)
  } catch (error) {
    // An id that the cloud does not even take is none of its account's.
    if (isAtlasError(error, 'cloud_missing') || isAtlasError(error, 'cloud_refused')) return undefined
    throw error
  }
}

interface Candidates {
  request: Request
  account: string
  seen: Seen[]
  owned: readonly Owned[]
}

/** What is claimed decides again when the plan is carried out; here it is said before anything begins. */
async function refuseHeld(parts: PlanParts, driver: Driver, { request, account, seen, owned }: Candidates) {
  const { workspace, infrastructure } = request
  const ids = seen.map(({ observed }) => observed.physicalId)
  const holders = await parts.store.holders(account, ids)
  const problems = seen.flatMap(({ name, type, observed }, n) => {
    const where = `/resources/${n}`
    const own = owned.find((one) => one.physicalId === observed.physicalId)
    if (own && own.resource !== name)
      return [{ where, message: `is ${own.resource} of ${infrastructure} already`, found: observed.id }]
    if (own) return []
    if (ids.indexOf(observed.physicalId) !== n) return [{ where, message: 'is there twice', found: observed.id }]
    const why = whyNot(driver, type, observed, holders.get(observed.physicalId), workspace)
    return why === undefined ? [] : [{ where, message: why, found: `${type} ${observed.id}` }]
  })
  if (problems.length === 0) return
  const told = problems.map(({ found, message }) => `${found} ${message}`).join('; ')
  throw new AtlasError('not_ours', `Not to be imported: ${told}.`, { problems, hint: 'Leave these out.' })
}

interface Material {
  request: Request
  remembered: Remembered | undefined
  seen: Seen[]
  live: ReadonlyMap<string, Observed>
  provider: string
}

/** What there was, and each new resource as the cloud says it is, with references where they belong. */
function describe(driver: Driver, { request, remembered, seen, live, provider }: Material): Infrastructure {
  const before = remembered?.description ?? {}
  const there = (before.resources ?? []) as { name: string }[]
  const region = request.region ?? remembered?.region ?? seen.find(({ observed }) => observed.region)?.observed.region
  refuseElsewhere(seen, region)
  const referable = [
    ...seen.map(({ name, type, observed }) => ({ name, type, attributes: observed.attributes })),
    ...(remembered?.owned ?? []).map(({ resource, type, physicalId, attributes }) => ({
      name: resource,
      type,
      attributes: live.get(physicalId)?.attributes ?? attributes,
    })),
  ]
  const described = seen
    .filter(({ name }) => !there.some((one) => one.name === name))
    .map(({ name, type, observed }) => {
      const specifications = driver.types[type]!.describe(observed)!.specifications
      return referring({ name, type, specifications }, referable)
    })
  return parseInfrastructure({
    ...before,
    name: request.infrastructure,
    provider,
    region,
    resources: [...there, ...described],
  })
}

/** @throws AtlasError `spec_invalid`: an infrastructure is in one region */
function refuseElsewhere(seen: readonly Seen[], region: string | undefined): void {
  const problems = seen.flatMap(({ observed }, n) =>
    observed.region === undefined || observed.region === region
      ? []
      : [
          {
            where: `/resources/${n}`,
            message: `${observed.name} is in another region`,
            found: observed.region,
            ...(region !== undefined && { expected: region }),
          },
        ],
  )
  if (problems.length === 0) return
  throw new AtlasError('spec_invalid', problems.map(({ message, found }) => `${message}, ${found}.`).join(' '), {
    problems,
    hint: 'Import what is in each region into an infrastructure of its own.',
  })
}

function asOwned({ name, type, observed }: Seen, description: Infrastructure): Owned {
  const { specifications } = description.resources.find((resource) => resource.name === name)!
  const { id, physicalId } = observed
  return {
    resource: name,
    type,
    generation: 1,
    id,
    physicalId,
    specifications,
    dependsOn: neededBy(specifications),
  }
}

const notesOf = (driver: Driver, seen: readonly Seen[]) =>
  seen.flatMap(({ name, type, observed }) =>
    (driver.types[type]!.describe(observed)!.unread ?? []).map(
      ({ field, why }) => `${field} of ${name} is not in the description: ${why}`,
    ),
  )
