import type { Api } from '../api.ts'
import { activeDroplet, nobody } from './given.ts'

interface Vpc {
  vpc: { id: string; name: string }
}
interface Peering {
  vpc_peering: { id: string; status: string }
}

export async function vpcs(api: Api): Promise<void> {
  const body = { name: 'front', region: 'nyc3', ip_range: '10.10.0.0/20', description: 'the front' }
  const { vpc: front } = await api.post<Vpc>('/v2/vpcs', body, 201)
  const { vpc: back } = await api.post<Vpc>('/v2/vpcs', { name: 'back', region: 'nyc3' }, 201)
  await api.post('/v2/vpcs', body, 422)
  await api.post('/v2/vpcs', { ...body, name: 'overlaps' }, 422)
  await api.post('/v2/vpcs', { name: 'public', region: 'nyc3', ip_range: '8.8.8.0/24' }, 422)
  await api.get('/v2/vpcs')
  await api.get(`/v2/vpcs/${front.id}`)
  await api.put(`/v2/vpcs/${back.id}`, { name: 'rear', description: 'the rear' }, 200)
  await api.patch(`/v2/vpcs/${back.id}`, { description: 'behind' }, 200)

  const droplet = await activeDroplet(api, { vpc_uuid: back.id })
  await api.get(`/v2/vpcs/${back.id}/members`)
  await api.get(`/v2/vpcs/${back.id}/members?resource_type=droplet`)
  await api.remove(`/v2/vpcs/${back.id}`, 409)
  await api.remove(`/v2/droplets/${droplet}`)
  await peerings(api, front.id, back.id)
  await api.remove(`/v2/vpcs/${front.id}`, 403)
  await api.remove(`/v2/vpcs/${back.id}`)
  await api.get(`/v2/vpcs/${nobody}`, 404)
  await api.put(`/v2/vpcs/${nobody}`, { name: 'x' }, 404)
  await api.patch(`/v2/vpcs/${nobody}`, { name: 'x' }, 404)
  await api.remove(`/v2/vpcs/${nobody}`, 404)
  await api.get(`/v2/vpcs/${nobody}/members`, 404)
}

async function peerings(api: Api, front: string, back: string): Promise<void> {
  const { vpc_peering } = await api.post<Peering>('/v2/vpc_peerings', { name: 'bridge', vpc_ids: [front, back] }, 202)
  const path = `/v2/vpc_peerings/${vpc_peering.id}`
  await api.post('/v2/vpc_peerings', { name: 'bridge', vpc_ids: [front, back] }, 409)
  await api.until<Peering>(path, (answer) => answer.vpc_peering.status === 'ACTIVE')
  await api.get('/v2/vpc_peerings?region=nyc3')
  await api.get(`/v2/vpcs/${front}/peerings`)
  await api.patch(path, { name: 'tunnel' }, 200)
  await api.patch(`/v2/vpcs/${front}/peerings/${vpc_peering.id}`, { name: 'bridge' }, 200)
  await api.remove(path, 202)
  await api.post(`/v2/vpcs/${front}/peerings`, { name: 'again', vpc_id: back }, 202)
  const { peerings: left } = await api.get<{ peerings: { id: string }[] }>(`/v2/vpcs/${front}/peerings`)
  for (const { id } of left) await api.remove(`/v2/vpc_peerings/${id}`, 202)
  await api.get(`/v2/vpc_peerings/${nobody}`, 404)
}
