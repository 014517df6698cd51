import type { Api } from '../api.ts'

/** What any operation may answer. */
export async function errors(api: Api): Promise<void> {
  const headers = { authorization: 'Bearer wrong' }
  for (const path of ['/v2/account', '/v2/droplets', '/v2/volumes', '/v2/databases', '/v2/customers/my/balance'])
    await api.call('GET', path, 401, { headers })
  await api.call('POST', '/v2/droplets', 401, { headers, wrong: true })
}
