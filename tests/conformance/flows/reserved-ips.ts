import type { Api } from '../api.ts'
import { activeDroplet, completed } from './given.ts'

interface Action {
  action: { id: number }
}

export async function reservedIps(api: Api): Promise<void> {
  const droplet = await activeDroplet(api)
  for (const noun of ['reserved_ip', 'floating_ip'] as const) {
    const base = `/v2/${noun}s`
    const made = await api.post<Record<string, { ip: string }>>(base, { region: 'nyc3' }, 202)
    const path = `${base}/${made[noun]!.ip}`
    await api.get(base)
    await api.get(path)
    const { action } = await api.post<Action>(`${path}/actions`, { type: 'assign', droplet_id: droplet }, 201)
    await completed(api, action.id)
    await api.get(`${path}/actions`)
    await api.get(`${path}/actions/${action.id}`)
    await api.get(`${path}/actions/1`, 404)
    await api.post(base, { droplet_id: droplet }, 422)
    const { action: undone } = await api.post<Action>(`${path}/actions`, { type: 'unassign' }, 201)
    await completed(api, undone.id)
    await api.post(`${path}/actions`, { type: 'unassign' }, 422)
    await api.post(base, { region: 'mars1' }, 422)
    await api.remove(path)
    await api.get(path, 404)
    await api.remove(path, 404)
    await api.post(`${path}/actions`, { type: 'unassign' }, 404)
  }
  await api.remove(`/v2/droplets/${droplet}`)
}
