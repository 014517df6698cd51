import { newKey } from '@atlas/sandbox'
import type { Api } from '../api.ts'

interface Answer {
  ssh_key: { id: number; fingerprint: string }
}

export async function sshKeys(api: Api): Promise<void> {
  const body = { name: 'laptop', public_key: newKey('laptop').public }
  const { ssh_key } = await api.post<Answer>('/v2/account/keys', body, 201)
  await api.post('/v2/account/keys', body, 422)
  await api.post('/v2/account/keys', { name: 'broken', public_key: 'ssh-ed25519 AAAA' }, 422)
  await api.get('/v2/account/keys')
  await api.get(`/v2/account/keys/${ssh_key.id}`)
  await api.get(`/v2/account/keys/${ssh_key.fingerprint}`)
  await api.put(`/v2/account/keys/${ssh_key.id}`, { name: 'desk' }, 200)
  await api.remove(`/v2/account/keys/${ssh_key.fingerprint}`)
  await api.get(`/v2/account/keys/${ssh_key.id}`, 404)
  await api.put(`/v2/account/keys/${ssh_key.id}`, { name: 'desk' }, 404)
  await api.remove(`/v2/account/keys/${ssh_key.id}`, 404)
}
