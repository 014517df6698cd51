import { type Api, bodyOf } from './api.ts'
import type { components } from './generated/api.ts'

type Schemas = components['schemas']
export type KeptSecret = Schemas['Secret']
export type NeededSecret = Schemas['NeededSecret']

export type SecretRotation = Schemas['ServiceSecretRotation']
export interface RotatedSecret {
  secret: KeptSecret
  /** Services that run with the value before. */
  holders: { project: string; environment: string; service: string }[]
}

/** Secrets of services. Values go in, and never come out. */
export const secrets = (api: Api) => ({
  list: async (): Promise<KeptSecret[]> => (await bodyOf(api.GET('/api/v1/secrets'))).secrets,
  async needed(project: string, environment: string): Promise<NeededSecret[]> {
    const params = { path: { project, environment } }
    return (await bodyOf(api.GET('/api/v1/projects/{project}/environments/{environment}/secrets', { params }))).secrets
  },
  async set(name: string, value: string): Promise<KeptSecret> {
    const params = { path: { name } }
    return (await bodyOf(api.PUT('/api/v1/secrets/{name}', { params, body: { value } }))).secret
  },
  async rotate(name: string, how: SecretRotation): Promise<RotatedSecret> {
    return bodyOf(api.POST('/api/v1/secrets/{name}/rotate', { params: { path: { name } }, body: how }))
  },
  unset: (name: string): Promise<void> =>
    bodyOf(api.DELETE('/api/v1/secrets/{name}', { params: { path: { name } } })).then(() => {}),
})
