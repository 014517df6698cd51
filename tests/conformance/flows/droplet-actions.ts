import type { JsonRecord } from '../../contract/index.ts'
import type { Api } from '../api.ts'
import { activeDroplet, completed, unlocked } from './given.ts'

interface Answer {
  action: { id: number }
}

export async function dropletActions(api: Api): Promise<void> {
  const id = await activeDroplet(api, { tags: ['acting'] })
  const path = `/v2/droplets/${id}/actions`
  const act = async (body: JsonRecord) => {
    const { action } = await api.post<Answer>(path, body, 201)
    await completed(api, action.id)
  }
  for (const type of ['reboot', 'power_cycle', 'password_reset', 'enable_ipv6', 'enable_backups']) await act({ type })
  await act({ type: 'change_backup_policy', backup_policy: { plan: 'weekly', weekday: 'MON', hour: 8 } })
  await api.get(`/v2/droplets/${id}/backups/policy`)
  await act({ type: 'disable_backups' })
  await act({ type: 'rename', name: 'renamed' })
  await act({ type: 'snapshot', name: 'before' })
  const { snapshots } = await api.get<{ snapshots: { id: number }[] }>(`/v2/droplets/${id}/snapshots`)
  await act({ type: 'restore', image: snapshots[0]!.id })
  await act({ type: 'rebuild', image: 'debian-13-x64' })

  await api.post(path, { type: 'power_on' }, 422)
  await api.post(path, { type: 'resize', size: 's-2vcpu-4gb', disk: true }, 422)
  await api.post(path, { type: 'shutdown' }, 201)
  await api.post(path, { type: 'power_off' }, 422)
  await unlocked(api, id)
  await act({ type: 'resize', size: 's-2vcpu-4gb', disk: true })
  await api.post(path, { type: 'resize', size: 's-1vcpu-1gb' }, 422)
  await api.post(path, { type: 'resize', size: 'no-such' }, 422)
  await api.post(path, { type: 'restore', image: 1 }, 422)
  await api.refused('POST', path, 422, { type: 'explode' })
  await act({ type: 'power_on' })
  await act({ type: 'power_off' })
  await api.post('/v2/droplets/actions?tag_name=acting', { type: 'power_on' }, 201)
  await unlocked(api, id)
  await api.post('/v2/droplets/1/actions', { type: 'reboot' }, 404)
  await api.get(`${path}/1`, 404)
  await api.get(`${path}?per_page=3`)
  await api.remove(`/v2/snapshots/${snapshots[0]!.id}`)
  await api.remove(`/v2/droplets/${id}`)
}
