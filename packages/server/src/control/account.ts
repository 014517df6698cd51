import type { AccountFilter, AccountResourceView } from '@atlas/api'
import { type Driver, type Observed, type ResourceType, resourceTypes } from '@atlas/core'
import { accountOf } from '@atlas/engine'
import type { Holder, Store } from '@atlas/store'
import type { Connections } from '../credentials/connections.ts'
import { named, whyNot } from './importable.ts'

export interface AccountParts {
  store: Pick<Store, 'holders'>
  connections: Pick<Connections, 'open'>
}

/** What is in the account of a cloud, by type and name: one listing of each type, however much there is. */
export async function accountResources(
  { store, connections }: AccountParts,
  workspace: string,
  provider: string,
  { unowned, type, tag }: AccountFilter,
): Promise<AccountResourceView[]> {
  const { driver } = await connections.open({ workspace, provider })
  const account = await accountOf(driver)
  const listed = await Promise.all(
    resourceTypes.filter((one) => type === undefined || one === type).map((one) => listOf(driver, one)),
  )
  const found = listed.flat().filter(({ observed }) => tag === undefined || tagsOf(observed).includes(tag))
  const holders = await store.holders(
    account,
    found.map(({ observed }) => observed.physicalId),
  )
  const holderOf = ({ observed }: Listed) => holders.get(observed.physicalId)
  const mine = found.filter((one) => {
    const holder = holderOf(one)
    if (holder?.verdict !== 'owned') return true
    return !unowned && holder.infrastructure?.workspace === workspace
  })
  return named(mine, []).map((one) => view(driver, one, holderOf(one), workspace))
}

interface Listed {
  type: ResourceType
  observed: Observed
}

async function listOf(driver: Driver, type: ResourceType): Promise<Listed[]> {
  const resource = driver.types[type]
  const listed = resource ? await Array.fromAsync(resource.list({})) : []
  return listed
    .map((observed) => ({ type, observed }))
    .toSorted((one, other) => one.observed.name.localeCompare(other.observed.name))
}

const tagsOf = ({ live }: Observed): string[] => (Array.isArray(live.tags) ? live.tags.map(String) : [])

function view(
  driver: Driver,
  { type, observed, name }: Listed & { name: string },
  holder: Holder | undefined,
  workspace: string,
): AccountResourceView {
  const specifications = driver.types[type]?.describe(observed)?.specifications
  const lines = specifications
    ? driver.types[type]!.price(specifications, observed.region ?? '', observed.attributes)
    : []
  const why = whyNot(driver, type, observed, holder, workspace)
  return {
    type,
    id: observed.id,
    name: observed.name,
    region: observed.region ?? null,
    tags: tagsOf(observed),
    monthlyCost: lines.some(({ monthly }) => monthly === null)
      ? null
      : lines.reduce((sum, { monthly }) => sum + (monthly ?? 0), 0),
    infrastructure: holder?.verdict === 'owned' ? (holder.infrastructure?.name ?? null) : null,
    ...(why !== undefined && { whyNot: why }),
    ...(why === undefined && specifications && { suggested: { type, name, specifications } }),
  }
}
