import type { Api } from '../api.ts'

interface Answer {
  image: { id: number; status: string }
}

export async function images(api: Api): Promise<void> {
  const body = {
    name: 'minimal',
    url: 'http://example.com/image.qcow2',
    region: 'nyc3',
    distribution: 'Ubuntu',
    tags: ['own'],
  }
  const { image } = await api.post<Answer>('/v2/images', body, 202)
  const path = `/v2/images/${image.id}`
  await api.until<Answer>(path, (answer) => answer.image.status === 'available')
  await api.refused('POST', '/v2/images', 422, { name: 'no url' })
  await api.get('/v2/images?tag_name=own')
  await api.put(path, { name: 'smaller', distribution: 'Debian' }, 200)
  const { action } = await api.post<{ action: { id: number } }>(
    `${path}/actions`,
    { type: 'transfer', region: 'sfo3' },
    201,
  )
  await api.post(`${path}/actions`, { type: 'convert' }, 201)
  await api.get(`${path}/actions`)
  await api.get(`${path}/actions/${action.id}`)
  await api.get(`${path}/actions/1`, 404)
  await api.remove(path)
  await api.get(path, 404)
  await api.put(path, { name: 'gone' }, 404)
  await api.post(`${path}/actions`, { type: 'convert' }, 404)
  await api.remove(path, 404)
}
