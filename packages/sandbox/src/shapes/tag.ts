import type { FastifyRequest } from 'fastify'
import type { Cloud } from '../cloud.ts'
import type { Tag } from '../records/types.ts'

/** A tag with how many of each kind carry it, and which did so last. */
export function tagShape(cloud: Cloud, request: FastifyRequest, { id, name }: Tag) {
  const base = `${request.protocol}://${request.host}/v2`
  const count = (
    path: string,
    collection: {
      count(index: string, key: string): number
      last(index: string, key: string): { id: string | number } | undefined
    },
  ) => {
    const last = collection.last('tag', id)
    return { count: collection.count('tag', id), ...(last && { last_tagged_uri: `${base}/${path}/${last.id}` }) }
  }
  const kinds = {
    droplets: count('droplets', cloud.droplets),
    images: count('images', cloud.images),
    volumes: count('volumes', cloud.volumes),
    volume_snapshots: count('snapshots', cloud.volumeSnapshots),
    databases: count('databases', cloud.databases),
  }
  const all = Object.values(kinds)
  const last = all.findLast((kind) => kind.last_tagged_uri)?.last_tagged_uri
  const total = all.reduce((sum, kind) => sum + kind.count, 0)
  return { name, resources: { count: total, ...(last && { last_tagged_uri: last }), ...kinds } }
}
