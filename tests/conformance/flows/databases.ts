import type { Api } from '../api.ts'
import { nobody } from './given.ts'

interface Answer {
  database: { id: string; status: string }
}

export const clusterBody = (engine: string, name: string) => ({
  name,
  engine,
  num_nodes: 1,
  size: 'db-s-1vcpu-1gb',
  region: 'nyc3',
  tags: ['data'],
})

export async function cluster(api: Api, engine: string): Promise<string> {
  const { database } = await api.post<Answer>('/v2/databases', clusterBody(engine, `main-${engine}`), 201)
  await api.until<Answer>(`/v2/databases/${database.id}`, (answer) => answer.database.status === 'online')
  return `/v2/databases/${database.id}`
}

export async function databases(api: Api): Promise<void> {
  await api.get('/v2/databases/options')
  const path = await cluster(api, 'pg')
  await api.post('/v2/databases', clusterBody('pg', 'main-pg'), 422)
  await api.refused('POST', '/v2/databases', 422, clusterBody('oracle', 'other'))
  await api.get('/v2/databases?tag_name=data')
  await users(api, path)
  await pools(api, path)
  await replicas(api, path)
  await api.call('PUT', `${path}/resize`, 202, { body: { size: 'db-s-1vcpu-2gb', num_nodes: 2 } })
  await api.until<Answer>(path, ({ database }) => database.status === 'online')
  await api.put(`${path}/migrate`, { region: 'sfo3' }, 202)
  await api.until<Answer>(path, ({ database }) => database.status === 'online')
  await api.remove(path)
  for (const part of ['', '/users', '/dbs', '/pools', '/replicas', '/firewall', '/backups'])
    await api.get(`${path}${part}`, 404)
  await api.remove(`/v2/databases/${nobody}`, 404)
}

async function users(api: Api, path: string): Promise<void> {
  await api.post(`${path}/users`, { name: 'app' }, 201)
  await api.post(`${path}/users`, { name: 'app' }, 409)
  await api.get(`${path}/users`)
  await api.get(`${path}/users/app`)
  await api.put(`${path}/users/app`, { settings: { pg_allow_replication: true } }, 201)
  await api.post(`${path}/users/app/reset_auth`, {}, 200)
  await api.remove(`${path}/users/app`)
  await api.get(`${path}/users/app`, 404)
  await api.remove(`${path}/users/doadmin`, 422)
  await api.post(`${path}/dbs`, { name: 'orders' }, 201)
  await api.post(`${path}/dbs`, { name: 'orders' }, 409)
  await api.get(`${path}/dbs`)
  await api.get(`${path}/dbs/orders`)
  await api.remove(`${path}/dbs/orders`)
  await api.get(`${path}/dbs/orders`, 404)
}

async function pools(api: Api, path: string): Promise<void> {
  const pool = { mode: 'transaction', size: 10, db: 'defaultdb', user: 'doadmin' }
  await api.post(`${path}/pools`, { name: 'web', ...pool }, 201)
  await api.post(`${path}/pools`, { name: 'lost', ...pool, db: 'nothing' }, 404)
  await api.get(`${path}/pools`)
  await api.get(`${path}/pools/web`)
  await api.put(`${path}/pools/web`, { ...pool, size: 12 }, 204)
  await api.remove(`${path}/pools/web`)
  await api.get(`${path}/pools/web`, 404)
}

async function replicas(api: Api, path: string): Promise<void> {
  for (const name of ['read-1', 'read-2'])
    await api.post(`${path}/replicas`, { name, size: 'db-s-1vcpu-1gb', region: 'sfo3' }, 201)
  await api.get(`${path}/replicas`)
  await api.get(`${path}/replicas/read-1`)
  await api.put(`${path}/replicas/read-1/promote`, {}, 204)
  await api.remove(`${path}/replicas/read-2`)
  await api.get(`${path}/replicas/read-2`, 404)
}
