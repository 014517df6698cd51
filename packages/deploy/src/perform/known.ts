import { AtlasError, type Json } from '@atlas/core'

/**
 * What a plan could not know yet, now that the steps before are done: `{ "$after": "web4.private_ip" }` is the address of
 * that machine, wherever it stands.
 * @param addressOf `undefined` for a machine that is not there
 * @throws AtlasError `deploy_impossible`
 */
export async function known(value: Json, addressOf: (machine: string) => Promise<string | undefined>): Promise<Json> {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Promise.all(value.map((item) => known(item, addressOf)))
  if (typeof value.$after === 'string') {
    const machine = value.$after.slice(0, value.$after.lastIndexOf('.'))
    const address = await addressOf(machine)
    if (address !== undefined) return address
    throw new AtlasError('deploy_impossible', `${machine} has no address.`, { hint: 'atlas status' })
  }
  const entries = Object.entries(value).map(async ([key, item]) => [key, await known(item!, addressOf)] as const)
  return Object.fromEntries(await Promise.all(entries))
}
