import {
  AtlasError,
  type Driver,
  type Infrastructure,
  isAtlasError,
  type Json,
  type Observed,
  type Owned,
  type Problem,
} from '@atlas/core'

/**
 * The description with the keys that its new machines name outright as the account has them: by fingerprint or id as they
 * stand, by name replaced by the id. A cloud refuses a machine with a key that it does not know when other things exist
 * and cost already; so that is said before anything is made.
 * @throws AtlasError `spec_invalid` with every key that is not there
 */
export async function withAccountKeys(
  driver: Driver,
  description: Infrastructure,
  owned: readonly Owned[],
): Promise<Infrastructure> {
  const there = new Set(owned.map(({ resource }) => resource))
  const asking = description.resources.filter(({ type, name, specifications }) => {
    return type === 'machine' && !there.has(name) && outright(specifications.ssh_keys).length > 0
  })
  const { ssh_key } = driver.types
  if (!ssh_key || asking.length === 0) return description

  const wanted = new Set(asking.flatMap(({ specifications }) => outright(specifications.ssh_keys)))
  const keys = await Array.fromAsync(ssh_key.list({}))
  const found = await Promise.all([...wanted].map(async (key) => [key, await idOf(driver, keys, key)] as const))
  const ids = new Map(found.filter(([, id]) => id !== undefined))
  const resources = description.resources.map((resource, index) =>
    asking.includes(resource) ? withIds(resource, ids, `/resources/${index}/specifications/ssh_keys`) : resource,
  )
  return { ...description, resources }

  function withIds(resource: Infrastructure['resources'][number], ids: ReadonlyMap<Json, unknown>, where: string) {
    const listed = resource.specifications.ssh_keys as Json[]
    const missing = listed.flatMap((key, place) =>
      typeof key === 'string' && !ids.has(key) ? [unknown(keys, key, `${where}/${place}`)] : [],
    )
    if (missing.length > 0) throw refusal(missing)
    const ssh_keys = listed.map((key) => (typeof key === 'string' ? (ids.get(key) as string) : key))
    return { ...resource, specifications: { ...resource.specifications, ssh_keys } }
  }
}

/** Those that are no references. */
const outright = (keys: Json | undefined): string[] =>
  Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : []

async function idOf(driver: Driver, keys: readonly Observed[], wanted: string): Promise<string | undefined> {
  if (keys.some(({ id, attributes }) => id === wanted || attributes.fingerprint === wanted)) return wanted
  const named = keys.filter(({ name }) => name === wanted)
  if (named.length === 1) return named[0]!.id
  // A listing may lag behind a key that was just added.
  return named.length === 0 && (await isThere(driver, wanted)) ? wanted : undefined
}

const isThere = (driver: Driver, key: string): Promise<boolean> =>
  driver.types.ssh_key!.get(key).then(
    () => true,
    (error: unknown) => {
      if (isAtlasError(error, 'cloud_missing')) return false
      throw error
    },
  )

function unknown(keys: readonly Observed[], key: string, where: string): Problem {
  const names = keys.map(({ name, attributes }) => `${name} (${attributes.fingerprint})`)
  const several = keys.filter(({ name }) => name === key).length > 1
  const message = several ? `the account has several SSH keys named ${key}` : `the account has no SSH key ${key}`
  const listed = names.slice(0, 10).join(', ') || 'none'
  return { where, message, found: key, expected: `id, fingerprint or name of a key of the account: ${listed}` }
}

const refusal = (problems: Problem[]) =>
  new AtlasError('spec_invalid', problems.map(({ message }) => message).join('; '), {
    problems,
    hint: 'add the key to the account, or describe it: {"type": "ssh_key", "name": "key", "specifications": {"public_key": "ssh-ed25519 …"}} and {"ref": "key.id"}',
  })
