import type { Client, Infrastructure, Ssh } from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'

/** A machine that ssh can reach. */
export interface Target {
  infrastructure: string
  machine: string
  /** The cloud's. */
  id: string
  ssh: Ssh
  /** Its description names no key, so nobody may be able to log in. */
  keyless?: true
}

/** @throws AtlasError `not_found`, or `usage` where several infrastructures have a machine of that name */
export async function findMachine(client: Client, machine: string, infrastructure?: string): Promise<Target> {
  const all =
    infrastructure === undefined ? await client.infrastructures() : [await client.infrastructure(infrastructure)]
  return chooseMachine(all, machine)
}

/** Only where the description says so; a machine that was imported may have keys that the cloud does not tell. */
export function isKeyless({ specifications }: { specifications: object }): boolean {
  const { ssh_keys } = specifications as { ssh_keys?: unknown }
  return !Array.isArray(ssh_keys) || ssh_keys.length === 0
}

export function chooseMachine(all: readonly Infrastructure[], machine: string): Target {
  const machines = all.flatMap((one) =>
    one.resources.filter(({ type }) => type === 'machine').map((found) => ({ infrastructure: one.name, found })),
  )
  const named = machines.filter(({ found }) => found.name === machine)
  const [first, second] = named
  if (!first) {
    const names = machines.map(({ found }) => found.name)
    throw new AtlasError('not_found', `There is no machine ${machine}`, {
      hint: names.length > 0 ? `atlas ssh ${names[0]}  (there are: ${names.join(', ')})` : 'atlas up',
    })
  }
  if (second) {
    const places = named.map((one) => one.infrastructure).join(' and ')
    throw new AtlasError('usage', `${places} both have a machine ${machine}`, {
      hint: `atlas ssh --infrastructure ${first.infrastructure} ${machine}`,
    })
  }
  const { infrastructure, found } = first
  if (found.ssh)
    return { infrastructure, machine, id: found.id, ssh: found.ssh, ...(isKeyless(found) && { keyless: true }) }
  throw new AtlasError('not_found', `${machine} is ${found.phase} and cannot be reached by ssh yet`, {
    hint: `atlas status ${infrastructure}`,
  })
}
