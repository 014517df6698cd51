import type { Api } from '../api.ts'
import { activeDroplet } from './given.ts'

export async function tags(api: Api): Promise<void> {
  await api.post('/v2/tags', { name: 'Tier:web' }, 201)
  await api.post('/v2/tags', { name: 'tier:WEB' }, 201)
  await api.refused('POST', '/v2/tags', 400, { name: 'no spaces' })
  await api.get('/v2/tags?per_page=1')
  const droplet = await activeDroplet(api)
  const resources = { resources: [{ resource_id: String(droplet), resource_type: 'droplet' }] }
  await api.post('/v2/tags/tier:web/resources', resources, 204)
  await api.get('/v2/tags/tier:web')
  await api.get('/v2/droplets?tag_name=TIER:web')
  await api.call('DELETE', '/v2/tags/tier:web/resources', 204, { body: resources })
  await api.post('/v2/tags/nothing/resources', resources, 404)
  await api.remove('/v2/tags/tier:web')
  await api.get('/v2/tags/tier:web', 404)
  await api.remove('/v2/tags/tier:web', 404)
  await api.remove(`/v2/droplets/${droplet}`)
}
