import { type Api, bodyOf } from './api.ts'
import type { components } from './generated/api.ts'

type Schemas = components['schemas']
export type DeployKey = Schemas['DeployKey']
export type OwnDeployKey = Schemas['OwnDeployKey']

const at = (project: string) => ({ path: { project } })

/** What opens the repositories of projects. What is private of it goes in, and never comes out. */
export const deployKeys = (api: Api) => ({
  list: async (): Promise<DeployKey[]> => (await bodyOf(api.GET('/api/v1/deploy-keys'))).deploy_keys,
  async create(project: string): Promise<DeployKey> {
    return (await bodyOf(api.POST('/api/v1/projects/{project}/deploy-key', { params: at(project) }))).deploy_key
  },
  async set(project: string, body: OwnDeployKey): Promise<DeployKey> {
    return (await bodyOf(api.PUT('/api/v1/projects/{project}/deploy-key', { params: at(project), body }))).deploy_key
  },
  /** The one before is good beside it for a day. */
  async rotate(project: string): Promise<DeployKey> {
    return (await bodyOf(api.POST('/api/v1/projects/{project}/deploy-key/rotate', { params: at(project) }))).deploy_key
  },
  delete: (project: string, kind: DeployKey['kind']): Promise<void> => {
    const params = { ...at(project), query: { kind } }
    return bodyOf(api.DELETE('/api/v1/projects/{project}/deploy-key', { params })).then(() => {})
  },
})
