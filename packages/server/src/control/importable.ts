import { AtlasError, type Driver, type Observed, type ResourceType } from '@atlas/core'
import type { Holder } from '@atlas/store'

/** Why a resource of the account cannot become ours, for a sentence that names it; `undefined` where it can. */
export function whyNot(
  driver: Driver,
  type: ResourceType,
  observed: Observed,
  holder: Holder | undefined,
  workspace: string,
): string | undefined {
  const resource = driver.types[type]
  if (holder?.verdict === 'owned') return `belongs to ${nameOf(holder, workspace)}`
  if (holder?.verdict === 'doomed') return 'is a stray of Atlas that is about to be deleted'
  const stampGoes = resource?.mark !== undefined || holder?.verdict !== 'released'
  if (observed.stamp && stampGoes) return 'carries the stamp of another Atlas'
  if (!resource?.describe(observed)) return 'is of a kind that a description does not know'
  if (observed.phase !== 'ready') return `is not ready: ${observed.reason ?? observed.phase}`
  return undefined
}

/** Other workspaces are nobody's business, not even their names. */
function nameOf({ infrastructure }: Holder, workspace: string): string {
  return infrastructure?.workspace === workspace ? `infrastructure ${infrastructure.name}` : 'somebody else'
}

interface Unnamed {
  type: ResourceType
  observed: Observed
  name?: string | undefined
}

/**
 * Gives each a name of its own, made of the one it has in the cloud where the caller gave none.
 * @throws AtlasError `spec_invalid` where a name that was given is taken
 */
export function named<T extends Unnamed>(all: readonly T[], taken: readonly string[]): (T & { name: string })[] {
  const used = new Set(all.flatMap(({ name }) => name ?? []))
  if (used.size < all.filter(({ name }) => name !== undefined).length)
    throw new AtlasError('spec_invalid', 'A name is there twice: each resource needs one of its own.')
  for (const name of taken) used.add(name)
  return all.map((one) => {
    if (one.name !== undefined) return { ...one, name: one.name }
    const base = nameIn(one.observed.name) || one.type.replaceAll('_', '-')
    let name = base
    for (let n = 2; used.has(name); n++) name = `${base.slice(0, 58)}-${n}`
    used.add(name)
    return { ...one, name }
  })
}

/** With the characters that names have here: letters, digits, dots and dashes. */
const nameIn = (text: string) =>
  text
    .replace(/[^a-zA-Z0-9.-]+/g, '-')
    .slice(0, 60)
    .replace(/^[.-]+|[.-]+$/g, '')
