import type { Api } from '../api.ts'
import { activeDroplet, nobody } from './given.ts'

interface Answer {
  firewall: { id: string }
}

export async function firewalls(api: Api): Promise<void> {
  const droplet = await activeDroplet(api)
  const ssh = { protocol: 'tcp', ports: '22', sources: { addresses: ['10.0.0.0/8'], tags: ['gateway'] } }
  const out = { protocol: 'udp', ports: '53', destinations: { addresses: ['0.0.0.0/0', '::/0'] } }
  await api.post('/v2/tags', { name: 'gateway' }, 201)
  const body = { name: 'front', inbound_rules: [ssh], outbound_rules: [out], droplet_ids: [droplet], tags: ['gateway'] }
  const { firewall } = await api.post<Answer>('/v2/firewalls', body, 202)
  const path = `/v2/firewalls/${firewall.id}`
  await api.post('/v2/firewalls', body, 409)
  await api.refused('POST', '/v2/firewalls', 422, { name: 'empty' })
  await api.get('/v2/firewalls')
  await api.get(path)
  await api.get(`/v2/droplets/${droplet}/firewalls`)
  const web = { protocol: 'tcp', ports: '80', sources: { addresses: ['0.0.0.0/0'] } }
  await api.put(path, { ...body, inbound_rules: [ssh, web] }, 200)
  await api.put(`/v2/firewalls/${nobody}`, body, 404)
  for (const method of ['DELETE', 'POST']) {
    await api.call(method, `${path}/droplets`, 204, { body: { droplet_ids: [droplet] } })
    await api.call(method, `${path}/tags`, 204, { body: { tags: ['gateway'] } })
    await api.call(method, `${path}/rules`, 204, { body: { inbound_rules: [web] } })
  }
  await api.post(`${path}/droplets`, { droplet_ids: [1] }, 400)
  await api.post(`/v2/firewalls/${nobody}/rules`, { inbound_rules: [web] }, 404)
  await api.remove(path)
  await api.get(path, 404)
  await api.remove(path, 404)
  await api.remove(`/v2/droplets/${droplet}`)
}
