import type { Api } from '../api.ts'

interface Answer {
  domain_record: { id: number }
}

export async function domains(api: Api): Promise<void> {
  await api.post('/v2/domains', { name: 'example.com', ip_address: '1.2.3.4' }, 201)
  await api.post('/v2/domains', { name: 'example.com' }, 422)
  await api.post('/v2/domains', { name: 'not a name' }, 422)
  await api.get('/v2/domains')
  await api.get('/v2/domains/example.com')
  await api.get('/v2/domains/example.org', 404)
  const records = '/v2/domains/example.com/records'
  const www = {
    type: 'A',
    name: 'www',
    data: '1.2.3.4',
    ttl: 300,
    priority: null,
    port: null,
    weight: null,
    flags: null,
    tag: null,
  }
  const { domain_record } = await api.post<Answer>(records, www, 201)
  const mail = { ...www, type: 'MX', name: '@', data: 'mail.example.com.', priority: 10 }
  await api.post(records, mail, 201)
  await api.post(records, { ...mail, data: 'mail.example.com' }, 422)
  await api.post(records, { ...www, data: 'nowhere' }, 422)
  await api.get(`${records}?type=A&name=www.example.com`)
  const path = `${records}/${domain_record.id}`
  await api.get(path)
  await api.patch(path, { type: 'A', data: '1.2.3.5' }, 200)
  await api.put(path, { type: 'A', name: 'web' }, 200)
  await api.remove(path)
  await api.get(path, 404)
  await api.patch(path, { type: 'A' }, 404)
  await api.remove(path, 404)
  await api.remove('/v2/domains/example.com')
  await api.remove('/v2/domains/example.com', 404)
}
