import type { Api } from '../api.ts'
import { activeDroplet, nobody } from './given.ts'

interface Answer {
  load_balancer: { id: string; status: string }
}

export async function loadBalancers(api: Api): Promise<void> {
  const droplet = await activeDroplet(api)
  const http = { entry_protocol: 'http', entry_port: 80, target_protocol: 'http', target_port: 8080 }
  const tcp = { entry_protocol: 'tcp', entry_port: 5432, target_protocol: 'tcp', target_port: 5432 }
  const body = {
    name: 'entrance',
    region: 'nyc3',
    forwarding_rules: [http],
    droplet_ids: [droplet],
    health_check: { protocol: 'http', port: 8080, path: '/health' },
    sticky_sessions: { type: 'cookies', cookie_name: 'DO-LB', cookie_ttl_seconds: 300 },
  }
  const { load_balancer } = await api.post<Answer>('/v2/load_balancers', body, 202)
  const path = `/v2/load_balancers/${load_balancer.id}`
  await api.until<Answer>(path, (answer) => answer.load_balancer.status === 'active')
  await api.post('/v2/load_balancers', body, 422)
  await api.refused('POST', '/v2/load_balancers', 422, { name: 'ruleless', region: 'nyc3' })
  await api.get('/v2/load_balancers')
  await api.put(path, { ...body, size_unit: 2 }, 200)
  await api.put(`/v2/load_balancers/${nobody}`, body, 404)
  for (const method of ['POST', 'DELETE']) {
    await api.call(method, `${path}/forwarding_rules`, 204, { body: { forwarding_rules: [tcp] } })
    await api.call(method, `${path}/droplets`, 204, { body: { droplet_ids: [droplet] } })
  }
  await api.remove(`${path}/cache`)
  await api.remove(path)
  await api.get(path, 404)
  await api.remove(path, 404)
  await api.remove(`/v2/droplets/${droplet}`)
}
