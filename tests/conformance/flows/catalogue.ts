import type { Api } from '../api.ts'

export async function catalogue(api: Api): Promise<void> {
  await api.get('/v2/sizes')
  await api.get('/v2/sizes?page=2&per_page=50')
  await api.get('/v2/regions?per_page=5')
  await api.get('/v2/images?type=distribution')
  await api.get('/v2/images?type=application')
  await api.get('/v2/images?private=true')
  await api.get('/v2/images/ubuntu-24-04-x64')
  await api.get('/v2/images/no-such-image', 404)
}
