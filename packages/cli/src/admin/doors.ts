import type { Client, Infrastructure } from '@atlas/client'
import type { JsonObject } from '@atlas/core'
import { AtlasError } from '@atlas/core/errors'
import { readAddresses } from './addresses.ts'
import { targetsOf } from './gets-in.ts'
import { adminAddressesIn, withAdminAddresses } from './rules.ts'

/** An infrastructure whose firewalls have to let somebody else in. */
export interface Door {
  name: string
  targets: ReturnType<typeof targetsOf>
  /** Addresses that are to be closed. */
  old: string[]
  before: JsonObject
  beside: JsonObject
  after: JsonObject
}

export interface Wish {
  wanted: readonly string[]
  additional: readonly string[]
  from: readonly string[]
}

/** Infrastructures that have been brought about, with their descriptions. */
export async function existing(client: Client): Promise<Infrastructure[]> {
  const all = await client.infrastructures()
  const there = all.filter(({ status }) => !['new', 'destroyed', 'released'].includes(status))
  return Promise.all(there.map(({ id }) => client.infrastructure(id, { include: 'description' })))
}

export function doorOf(one: Infrastructure, { wanted, additional, from }: Wish): Door[] {
  const before = one.description as JsonObject | null | undefined
  if (!before) return []
  const now = adminAddressesIn(before)
  if (now.length === 0) return []
  const given = from.length > 0 ? readAddresses('--from', from.join(',')) : undefined
  const others = now.filter((address) => !wanted.includes(address) && !additional.includes(address))
  const fromCsv = (before.tags as { blueprint?: string } | undefined)?.blueprint === 'fleet'
  if (!given && !fromCsv && others.length > 1)
    throw new AtlasError('usage', `${one.name} lets in ${others.join(', ')}: which of them is the old one?`, {
      hint: `atlas update-ip --from ${others[0]}`,
    })
  const old = given ? others.filter((address) => given.includes(address)) : others
  const rest = (addresses: readonly string[]) => addresses.filter((address) => !wanted.includes(address))
  const beside = withAdminAddresses(before, (addresses) => [...rest(addresses), ...wanted])
  const after = withAdminAddresses(before, (addresses) => [
    ...wanted,
    ...rest(addresses).filter((address) => !old.includes(address)),
  ])
  if (old.length === 0 && wanted.every((address) => now.includes(address))) return []
  return [{ name: one.name, targets: targetsOf(one), old, before, beside, after }]
}
