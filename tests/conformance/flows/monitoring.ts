import type { Api } from '../api.ts'
import { nobody } from './given.ts'

export async function monitoring(api: Api): Promise<void> {
  const body = {
    alerts: { email: ['ops@example.com'], slack: [] },
    compare: 'GreaterThan',
    description: 'busy',
    enabled: true,
    entities: [],
    tags: ['web'],
    type: 'v1/insights/droplet/cpu',
    value: 80,
    window: '5m',
  }
  const { policy } = await api.post<{ policy: { uuid: string } }>('/v2/monitoring/alerts', body, 200)
  const path = `/v2/monitoring/alerts/${policy.uuid}`
  await api.get('/v2/monitoring/alerts')
  await api.get(path)
  await api.put(path, { ...body, value: 90 }, 200)
  await api.remove(path)
  await api.get(path, 404)
  await api.put(`/v2/monitoring/alerts/${nobody}`, body, 404)
  await api.remove(path, 404)
}
