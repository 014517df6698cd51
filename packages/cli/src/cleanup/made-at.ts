import type { Client } from '@atlas/client'

/** When the operations on record made resources of an infrastructure, by their names; the latest life counts. */
export async function madeAt(client: Client, infrastructure: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const { id } of await client.operations({ infrastructure }))
    for (const { resource, action, finished_at } of await client.steps(id))
      if ((action === 'create' || action === 'adopt') && finished_at && !found.has(resource))
        found.set(resource, finished_at)
  return found
}
