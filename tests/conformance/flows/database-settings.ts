import type { Api } from '../api.ts'
import { cluster } from './databases.ts'

export async function databaseSettings(api: Api): Promise<void> {
  const path = await cluster(api, 'mysql')
  for (const part of ['ca', 'firewall', 'backups', 'events', 'do_settings', 'autoscale', 'config', 'sql_mode'])
    await api.get(`${path}/${part}`)
  await api.put(`${path}/firewall`, { rules: [{ type: 'ip_addr', value: '192.168.1.1' }] }, 204)
  await api.get(`${path}/firewall`)
  await api.put(`${path}/maintenance`, { day: 'tuesday', hour: '14:00' }, 204)
  await api.call('PUT', `${path}/install_update`, 204)
  await api.put(`${path}/sql_mode`, { sql_mode: 'ANSI' }, 204)
  await api.put(`${path}/do_settings`, { do_settings: { service_cnames: ['db.example.com'] } }, 204)
  await api.put(`${path}/autoscale`, { storage: { enabled: true, threshold_percent: 80, increment_gib: 10 } }, 204)
  await api.patch(`${path}/config`, { config: { connect_timeout: 20 } }, 200)
  await api.put(`${path}/upgrade`, { version: '8' }, 204)
  await api.put(`${path}/upgrade`, { version: '99' }, 422)
  await api.get(`${path}/eviction_policy`, 422)
  const source = { host: 'db.example.com', port: 3306, dbname: 'shop', username: 'root', password: 'secret' }
  const { id } = await api.put<{ id: string }>(`${path}/online-migration`, { source }, 200)
  await api.until<{ status: string }>(`${path}/online-migration`, ({ status }) => status === 'done')
  await api.remove(`${path}/online-migration/${id}`)
  await api.get(`${path}/online-migration`, 404)
  await api.remove(path)

  const cache = await cluster(api, 'valkey')
  await api.put(`${cache}/eviction_policy`, { eviction_policy: 'allkeys_lru' }, 204)
  await api.get(`${cache}/eviction_policy`)
  await api.get(`${cache}/dbs`, 422)
  await api.remove(cache)
}
