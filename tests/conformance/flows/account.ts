import type { Api } from '../api.ts'

export async function account(api: Api): Promise<void> {
  await api.get('/v2/account')
  await api.get('/v2/actions?per_page=200')
  await api.get('/v2/actions/1', 404)
}
