import { type Api, bodyOf } from './api.ts'
import { operationOf, planOf } from './client.ts'
import type { components } from './generated/api.ts'
import { type Connection, get, send } from './http.ts'
import type { Operation, Planned } from './types.ts'

type Schemas = components['schemas']
export type DeploymentRequest = Schemas['DeploymentRequest']
export type Environment = Schemas['Environment']
export type Release = Schemas['Release']
export type ReleaseRecord = Schemas['ReleaseRecord']
export type Services = Schemas['Services']
export type WorkingTree = Schemas['WorkingTree']
export type Validation = Schemas['Validation']
export interface ReleaseImage {
  service: string
  image: string
  bytes: number
}

/** Which release of a project serves which environment, and how that is changed. */
export const deploys = (api: Api) => ({
  /** The plan is kept for a day, and carried out by its hash. */
  async plan(body: DeploymentRequest): Promise<Planned> {
    const query = { plan: true, store: true }
    return planOf(await bodyOf(api.POST('/api/v1/deployments', { params: { query }, body })))
  },
  /** Without looking at the plan. Where the environment is busy it waits, and is planned anew when its turn comes. */
  async create(body: DeploymentRequest): Promise<Operation> {
    return operationOf(await bodyOf(api.POST('/api/v1/deployments', { params: { query: {} }, body })))
  },
  async apply(hash: string): Promise<Operation> {
    const call = api.POST('/api/v1/plans/{hash}/apply', { params: { path: { hash } }, body: {} })
    return operationOf(await bodyOf(call))
  },
  /** With `observe`, machines are asked what really runs. */
  environments: async (query: { observe?: boolean } = {}): Promise<Environment[]> =>
    (await bodyOf(api.GET('/api/v1/environments', { params: { query } }))).environments,
  validate: (id: string): Promise<Validation> =>
    bodyOf(api.GET('/api/v1/infrastructure/{id}/validation', { params: { path: { id } } })),
  /** Requirement 2's `generate_resource_hash` and `get_hash_based_port`: they follow from the names alone. */
  derived: (project: string, environment: string, query: { base?: number; range?: number } = {}) => {
    const params = { path: { project, environment }, query }
    return bodyOf(api.GET('/api/v1/projects/{project}/environments/{environment}/derived', { params }))
  },
  releases: async (project?: string): Promise<Release[]> => {
    const query = project === undefined ? {} : { project }
    return (await bodyOf(api.GET('/api/v1/releases', { params: { query } }))).releases
  },
  /** Everything on record of it. */
  release: (project: string, tag: string): Promise<ReleaseRecord> =>
    bodyOf(api.GET('/api/v1/projects/{project}/releases/{tag}', { params: { path: { project, tag } } })),
  /** Images that were built for it, and how large they are. */
  images: async (project: string, tag: string): Promise<ReleaseImage[]> => {
    const params = { path: { project, tag } }
    return (await bodyOf(api.GET('/api/v1/projects/{project}/releases/{tag}/images', { params }))).images
  },
  /** With `observe`, machines are asked what really runs. */
  services: (project: string, environment: string, query: { observe?: boolean } = {}): Promise<Services> => {
    const params = { path: { project, environment }, query }
    return bodyOf(api.GET('/api/v1/projects/{project}/environments/{environment}/services', { params }))
  },
})

/**
 * A pack of git with one commit, its files, and its parent without them.
 * @param told how many bytes have gone, again and again
 * @throws AtlasError `too_large`, `usage`
 */
export async function sendWorkingTree(
  connection: Connection,
  project: string,
  commit: string,
  pack: Blob,
  told: (bytes: number) => void = () => {},
): Promise<WorkingTree> {
  const path = `/projects/${encodeURIComponent(project)}/working-trees`
  const headers = { 'content-type': 'application/x-git-pack' }
  const answer = await send(connection, path, counted(pack, told), { query: { commit }, headers })
  return ((await answer.json()) as { working_tree: WorkingTree }).working_tree
}

/** The same bytes with the same length, told as they are read. */
function counted(blob: Blob, told: (bytes: number) => void): Blob {
  const stream = () => {
    let gone = 0
    const count = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, onward) {
        gone += chunk.length
        told(gone)
        onward.enqueue(chunk)
      },
    })
    return blob.stream().pipeThrough(count)
  }
  return Object.assign(blob.slice(), { stream })
}

/** The files of a release at its commit, as a tar. */
export async function releaseSource(connection: Connection, project: string, tag: string): Promise<ReadableStream> {
  return (await get(connection, `${pathOf(project, tag)}/source`)).body!
}

/** An image of a release as one file, for `docker load`. It fails where it is cut off. */
export async function releaseImage(
  connection: Connection,
  project: string,
  tag: string,
  service: string,
): Promise<ReadableStream> {
  return (await get(connection, `${pathOf(project, tag)}/images/${encodeURIComponent(service)}`)).body!
}

const pathOf = (project: string, tag: string) =>
  `/projects/${encodeURIComponent(project)}/releases/${encodeURIComponent(tag)}`
