import type { Api } from '../api.ts'
import { activeDroplet, completed, dropletBody, unlocked } from './given.ts'

interface Several {
  droplets: { id: number }[]
  links: { actions: { id: number }[] }
}

export async function droplets(api: Api): Promise<void> {
  const { name: _, ...common } = dropletBody({ tags: ['fleet'], ipv6: true, monitoring: true, user_data: '#!/bin/sh' })
  const { droplets: made, links } = await api.post<Several>(
    '/v2/droplets',
    { names: ['a1', 'a2', 'a3'], ...common },
    202,
  )
  for (const { id } of links.actions) await completed(api, id)
  await api.get('/v2/droplets?tag_name=fleet&per_page=2')
  await api.get('/v2/droplets?tag_name=fleet&per_page=2&page=2')
  await api.get('/v2/droplets?name=a1')
  await api.get('/v2/droplets?type=gpus')
  const [first] = made
  const path = `/v2/droplets/${first!.id}`
  for (const part of ['kernels', 'snapshots', 'backups', 'firewalls', 'neighbors', 'actions', 'backups/policy'])
    await api.get(`${path}/${part}`)
  await api.get(`${path}/actions/${links.actions[0]!.id}`)
  await api.get('/v2/droplets/backups/policies')
  await api.get('/v2/droplets/backups/supported_policies')
  await api.get('/v2/reports/droplet_neighbors_ids')
  await refusals(api)
  await api.remove(path)
  await api.remove('/v2/droplets?tag_name=fleet')
  await api.get('/v2/droplets?tag_name=fleet')
  for (const part of ['', '/kernels', '/snapshots', '/backups', '/firewalls', '/neighbors', '/actions'])
    await api.get(`${path}${part}`, 404)
  await api.remove(path, 404)
  await associated(api)
}

async function refusals(api: Api): Promise<void> {
  await api.refused('POST', '/v2/droplets', 422, { name: 'web1' })
  await api.refused('POST', '/v2/droplets', 422, dropletBody({ name: 'under_score' }))
  await api.post('/v2/droplets', dropletBody({ size: 's-900vcpu' }), 422)
  await api.post('/v2/droplets', dropletBody({ image: 'windows-95' }), 422)
  await api.post('/v2/droplets', dropletBody({ region: 'mars1' }), 422)
  await api.post('/v2/droplets', dropletBody({ region: 'sfo1' }), 422)
  await api.post('/v2/droplets', dropletBody({ ssh_keys: [1] }), 422)
}

/** Deleting a droplet together with what belongs to it. */
async function associated(api: Api): Promise<void> {
  const id = await activeDroplet(api)
  const path = `/v2/droplets/${id}/destroy_with_associated_resources`
  const { volume } = await api.post<{ volume: { id: string } }>(
    '/v2/volumes',
    { name: 'goes', region: 'nyc3', size_gigabytes: 1 },
    201,
  )
  await api.post(`/v2/volumes/${volume.id}/actions`, { type: 'attach', droplet_id: id }, 202)
  await unlocked(api, id)
  await api.get(path)
  await api.call('DELETE', `${path}/selective`, 202, { body: { volumes: [volume.id] } })
  await api.until<{ completed_at?: string }>(`${path}/status`, ({ completed_at }) => completed_at !== undefined)
  await api.call('POST', `${path}/retry`, 202)

  const other = await activeDroplet(api)
  const dangerous = `/v2/droplets/${other}/destroy_with_associated_resources/dangerous`
  await api.call('DELETE', dangerous, 202, { headers: { 'x-dangerous': 'true' } })
  await api.call('DELETE', '/v2/droplets/1/destroy_with_associated_resources/dangerous', 404, {
    headers: { 'x-dangerous': 'true' },
  })
  await api.get('/v2/droplets/1/destroy_with_associated_resources', 404)
  await api.get('/v2/droplets/1/destroy_with_associated_resources/status', 404)
}
