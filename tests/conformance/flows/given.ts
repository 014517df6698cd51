import { randomUUID } from 'node:crypto'
import type { JsonRecord } from '../../contract/index.ts'
import type { Api } from '../api.ts'

/** A uuid that nothing has. */
export const nobody = randomUUID()

export const dropletBody = (more: JsonRecord = {}): JsonRecord => ({
  name: 'web1',
  region: 'nyc3',
  size: 's-1vcpu-1gb',
  image: 'ubuntu-24-04-x64',
  ...more,
})

interface Droplet {
  droplet: { id: number; status: string; locked: boolean }
}

/** A droplet that is active and can take actions. */
export async function activeDroplet(api: Api, more: JsonRecord = {}): Promise<number> {
  const { droplet } = await api.post<Droplet>('/v2/droplets', dropletBody(more), 202)
  await unlocked(api, droplet.id)
  return droplet.id
}

export async function unlocked(api: Api, id: number): Promise<void> {
  await api.until<Droplet>(`/v2/droplets/${id}`, ({ droplet }) => !droplet.locked)
}

/** An action's end. */
export async function completed(api: Api, id: number): Promise<void> {
  await api.until<{ action: { status: string } }>(`/v2/actions/${id}`, ({ action }) => action.status === 'completed')
}
