import type { Api } from '../api.ts'
import { activeDroplet, completed, nobody } from './given.ts'

interface Answer {
  volume: { id: string }
}
interface Action {
  action: { id: number }
}

export async function volumes(api: Api): Promise<void> {
  const body = { name: 'data', region: 'nyc3', size_gigabytes: 10, filesystem_type: 'ext4', tags: ['disk'] }
  const { volume } = await api.post<Answer>('/v2/volumes', body, 201)
  const path = `/v2/volumes/${volume.id}`
  await api.post('/v2/volumes', body, 409)
  await api.post('/v2/volumes', { ...body, name: 'Wrong Name' }, 422)
  await api.post('/v2/volumes', { ...body, name: 'other', size_gigabytes: 0 }, 422)
  await api.get('/v2/volumes?name=data&region=nyc3')
  await api.get(path)

  const droplet = await activeDroplet(api)
  const act = async (
    at: string,
    wanted: { type: string; droplet_id?: number; size_gigabytes?: number; volume_name?: string },
  ) => {
    const { action } = await api.post<Action>(at, { ...wanted, region: 'nyc3' }, 202)
    await completed(api, action.id)
    return action.id
  }
  const attached = await act(`${path}/actions`, { type: 'attach', droplet_id: droplet })
  await api.get(`${path}/actions`)
  await api.get(`${path}/actions/${attached}`)
  await api.get(`${path}/actions/1`, 404)
  await api.post(`${path}/actions`, { type: 'attach', droplet_id: droplet }, 422)
  await api.remove(path, 409)
  await act('/v2/volumes/actions', { type: 'detach', volume_name: 'data', droplet_id: droplet })
  await act(`${path}/actions`, { type: 'resize', size_gigabytes: 20 })
  await api.post(`${path}/actions`, { type: 'resize', size_gigabytes: 5 }, 422)
  await snapshots(api, path)
  await api.remove('/v2/volumes?name=data&region=nyc3')
  await api.remove('/v2/volumes?name=data&region=nyc3', 404)
  await api.get(path, 404)
  await api.remove(path, 404)
  await api.remove(`/v2/droplets/${droplet}`)
}

async function snapshots(api: Api, path: string): Promise<void> {
  const make = (name: string) =>
    api.post<{ snapshot: { id: string } }>(`${path}/snapshots`, { name, tags: ['kept'] }, 201)
  const { snapshot: first } = await make('first')
  const { snapshot: second } = await make('second')
  await api.get(`${path}/snapshots`)
  await api.get(`/v2/volumes/snapshots/${first.id}`)
  await api.get('/v2/snapshots?resource_type=volume')
  await api.get('/v2/snapshots?resource_type=droplet')
  await api.get('/v2/snapshots')
  await api.get(`/v2/snapshots/${second.id}`)
  const copy = { name: 'copy', region: 'nyc3', size_gigabytes: 20, snapshot_id: first.id }
  const { volume } = await api.post<Answer>('/v2/volumes', copy, 201)
  await api.remove(`/v2/volumes/${volume.id}`)
  await api.remove(`/v2/volumes/snapshots/${first.id}`)
  await api.remove(`/v2/snapshots/${second.id}`)
  await api.get(`/v2/volumes/snapshots/${first.id}`, 404)
  await api.get(`/v2/snapshots/${nobody}`, 404)
  await api.remove(`/v2/snapshots/${nobody}`, 404)
}
