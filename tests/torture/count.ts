import type { Owned } from '@atlas/core'

/** What the sandbox's dump shows of one record, as far as counting needs it. */
export interface DumpRecord {
  id: string | number
  name?: string
  tags?: string[]
  description?: string
  default?: boolean
  type?: string
}

export type Dump = Record<string, DumpRecord[]>

export interface Counted {
  /** In the cloud, and nobody's. */
  orphans: string[]
  /** More than one of the same life of the same resource. */
  duplicates: string[]
  /** Atlas says that it has it, or it is wanted, and the cloud has no such thing. */
  missing: string[]
}

interface Live {
  id: string
  /** Which life of which resource it is, where the cloud's record says so. */
  identity: string | undefined
}

/**
 * Pure. Holds everything in a cloud that nobody else uses against what Atlas says it owns, and both against the names
 * that are wanted (`undefined`: whatever was reached is right, as after a cancelled operation).
 */
export function count(dump: Dump, owned: readonly Owned[], wanted: readonly string[] | undefined): Counted {
  const live = livesIn(dump)
  const ours = new Set(owned.map((one) => idOf(one)))
  const there = new Set(live.map(({ id }) => id))
  const lives = Map.groupBy(
    live.filter(({ identity }) => identity !== undefined),
    ({ identity }) => identity!,
  )
  const held = new Map(owned.map((one) => [one.resource, one]))
  return {
    orphans: live.filter(({ id }) => !ours.has(id)).map(({ id }) => id),
    duplicates: [...lives]
      .filter(([, same]) => same.length > 1)
      .map(([, same]) => same.map(({ id }) => id).join(' = ')),
    missing: [
      ...[...ours].filter((id) => !there.has(id)),
      ...(wanted ?? []).filter((name) => !held.has(name)).map((name) => `${name}, which is wanted`),
      ...(wanted ? [...held.keys()].filter((name) => !wanted.includes(name)).map((name) => `the end of ${name}`) : []),
    ],
  }
}

const createTag = /atlas:[\w-]*:\d*:([0-9a-f]{16}):|atlas:[0-9a-f]{12}:[\w-]*:\d*:([0-9a-f]{16}):/

function livesIn(dump: Dump): Live[] {
  const of = (collection: string) => dump[collection] ?? []
  const stamped = (texts: readonly string[]) => {
    const found = texts.map((text) => createTag.exec(text)).find((match) => match !== null)
    return found?.[1] ?? found?.[2]
  }
  return [
    ...of('droplet').map(({ id, tags = [] }) => ({ id: `machine ${id}`, identity: stamped(tags) })),
    ...of('volume').map(({ id, tags = [] }) => ({ id: `volume ${id}`, identity: stamped(tags) })),
    ...of('vpc')
      .filter((vpc) => !vpc.default)
      .map(({ id, description = '' }) => ({ id: `vpc ${id}`, identity: stamped([description]) })),
    ...of('firewall').map(({ id, name }) => ({ id: `firewall ${id}`, identity: name })),
    ...of('ssh_key').map(({ id, name }) => ({ id: `ssh_key ${id}`, identity: name })),
    ...of('reserved_ip').map(({ id }) => ({ id: `reserved_ip ${id}`, identity: undefined })),
    ...of('domain').map(({ id }) => ({ id: `domain ${id}`, identity: undefined })),
    ...of('domain_record')
      .filter(({ type }) => type === 'A')
      .map(({ id, name }) => ({ id: `dns_record ${id}`, identity: `record ${name}` })),
  ]
}

const idOf = ({ type, id }: Owned) => `${type} ${id.slice(id.lastIndexOf('/') + 1)}`
