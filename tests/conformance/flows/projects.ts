import type { Api } from '../api.ts'
import { nobody } from './given.ts'

interface Answer {
  project: { id: string }
}

export async function projects(api: Api): Promise<void> {
  const { project: standard } = await api.get<Answer>('/v2/projects/default')
  const body = { name: 'shop', purpose: 'Web Application', environment: 'Production', description: 'sells' }
  const { project } = await api.post<Answer>('/v2/projects', body, 201)
  const path = `/v2/projects/${project.id}`
  await api.post('/v2/projects', body, 409)
  await api.refused('POST', '/v2/projects', 422, { name: 'no purpose' })
  await api.get('/v2/projects')
  await api.get(path)
  await api.put(path, { ...body, description: 'sells more', is_default: false }, 200)
  await api.patch(path, { environment: 'Staging' }, 200)
  await api.patch('/v2/projects/default', { description: 'everything else' }, 200)
  await api.put('/v2/projects/default', { ...body, name: 'first', is_default: true }, 200)

  await api.post('/v2/domains', { name: 'shop.example' }, 201)
  const urns = { resources: ['do:domain:shop.example', 'do:domain:nowhere.example'] }
  await api.post(`${path}/resources`, urns, 200)
  await api.get(`${path}/resources`)
  await api.remove(path, 412)
  await api.post('/v2/projects/default/resources', urns, 200)
  await api.get('/v2/projects/default/resources')
  await api.remove(path)
  await api.remove('/v2/domains/shop.example')
  await api.get(`/v2/projects/${nobody}`, 404)
  await api.remove(`/v2/projects/${nobody}`, 404)
  await api.get(`/v2/projects/${standard.id}`)
}
